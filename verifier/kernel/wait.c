/*
 * Wait queues. A queue's `head` is the set of tasks on it. __enqueue() and __dequeue() put the current task on it and
 * take it off, __is_queued() asks for it; __for_each_waiter() wakes each task that is in a state and takes it off the
 * queue, __for_first_waiter() does so where one at most waits, and __wake_waiter() leaves it there.
 */

/* kernel/sched/wait.c */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	spin_lock_irqsave(&wq->lock, flags);
	__enqueue(wq->head);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}
void prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	prepare_to_wait(wq, entry, state);
}
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	spin_lock_irqsave(&wq->lock, flags);
	__enqueue(wq->head);
	spin_unlock_irqrestore(&wq->lock, flags);
}
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	spin_lock_irqsave(&wq->lock, flags);
	__dequeue(wq->head);
	spin_unlock_irqrestore(&wq->lock, flags);
}
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	__set_current_state(TASK_RUNNING);
	if (__is_queued(wq->head))
		remove_wait_queue(wq, entry);
}
int __wake_up(struct wait_queue_head *wq, int mode)
{
	spin_lock_irqsave(&wq->lock, flags);
	__for_each_waiter(wq->head, mode);
	spin_unlock_irqrestore(&wq->lock, flags);
}
void wake_up(struct wait_queue_head *wq) { __wake_up(wq, TASK_NORMAL); }
void wake_up_all(struct wait_queue_head *wq) { __wake_up(wq, TASK_NORMAL); }
void wake_up_interruptible(struct wait_queue_head *wq) { __wake_up(wq, TASK_INTERRUPTIBLE); }
void wake_up_interruptible_all(struct wait_queue_head *wq) { __wake_up(wq, TASK_INTERRUPTIBLE); }

/* include/linux/wait.h */
bool waitqueue_active(struct wait_queue_head *wq) { return READ_ONCE(wq->head) != 0; }

/* include/linux/wait.h */
bool wq_has_sleeper(struct wait_queue_head *wq) { smp_mb(); return waitqueue_active(wq); }

/* include/linux/wait.h */
void wait_event(lvalue wq, expression condition)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_wait(&wq, 0, TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&wq, 0);
}
/* include/linux/wait.h: the signal that may end it is left out */
int wait_event_interruptible(lvalue wq, expression condition)
{
	if (condition)
		return 0;
	for (;;) {
		prepare_to_wait(&wq, 0, TASK_INTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&wq, 0);
	return 0;
}

/* kernel/sched/swait.c, until 4.18: renamed to prepare_to_swait_exclusive() */
void prepare_to_swait(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	raw_spin_lock_irqsave(&q->lock, flags);
	__enqueue(q->head);
	set_current_state(state);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* kernel/sched/swait.c, since 4.19 */
void prepare_to_swait_exclusive(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	raw_spin_lock_irqsave(&q->lock, flags);
	__enqueue(q->head);
	set_current_state(state);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* kernel/sched/swait.c */
void finish_swait(struct swait_queue_head *q, struct swait_queue *wait)
{
	__set_current_state(TASK_RUNNING);
	if (__is_queued(q->head)) {
		raw_spin_lock_irqsave(&q->lock, flags);
		__dequeue(q->head);
		raw_spin_unlock_irqrestore(&q->lock, flags);
	}
}

/* include/linux/swait.h: a plain test */
bool swait_active(struct swait_queue_head *q) { return READ_ONCE(q->head) != 0; }

/* include/linux/swait.h, since 4.14 */
bool swq_has_sleeper(struct swait_queue_head *q) { smp_mb(); return swait_active(q); }

/* kernel/sched/swait.c, until 4.13: looks at the queue before it takes the lock */
void swake_up(struct swait_queue_head *q)
{
	if (!swait_active(q))
		return;
	raw_spin_lock_irqsave(&q->lock, flags);
	__for_first_waiter(q->head, TASK_NORMAL);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
void swake_up_all(struct swait_queue_head *q)
{
	if (!swait_active(q))
		return;
	raw_spin_lock_irq(&q->lock);
	__for_each_waiter(q->head, TASK_NORMAL);
	raw_spin_unlock_irq(&q->lock);
}

/* kernel/sched/swait.c, 4.14 to 4.18: renamed to swake_up_one() */
void swake_up(struct swait_queue_head *q)
{
	raw_spin_lock_irqsave(&q->lock, flags);
	__for_first_waiter(q->head, TASK_NORMAL);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* kernel/sched/swait.c, since 4.19 */
void swake_up_one(struct swait_queue_head *q)
{
	raw_spin_lock_irqsave(&q->lock, flags);
	__for_first_waiter(q->head, TASK_NORMAL);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* kernel/sched/swait.c, since 4.14 */
void swake_up_all(struct swait_queue_head *q)
{
	raw_spin_lock_irq(&q->lock);
	__for_each_waiter(q->head, TASK_NORMAL);
	raw_spin_unlock_irq(&q->lock);
}

/* kernel/rcu/update.c and kernel/exit.c: the task is the only one that waits */
void rcuwait_wake_up(struct rcuwait *w)
{
	smp_mb();
	__wake_waiter(w->task, TASK_NORMAL);
}

/* include/linux/rcuwait.h, since 5.8 */
void prepare_to_rcuwait(struct rcuwait *w) { __enqueue(w->task); }
void finish_rcuwait(struct rcuwait *w)
{
	WRITE_ONCE(w->task, 0);
	__set_current_state(TASK_RUNNING);
}
bool rcuwait_active(struct rcuwait *w) { return READ_ONCE(w->task) != 0; }

/* include/linux/rcuwait.h, since 5.8: the signal that may end it is left out */
int rcuwait_wait_event(struct rcuwait *w, expression condition, int state)
{
	prepare_to_rcuwait(w);
	for (;;) {
		set_current_state(state);
		if (condition)
			break;
		schedule();
	}
	finish_rcuwait(w);
	return 0;
}
