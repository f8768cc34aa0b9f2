/*
 * Wait queues. A queue's `head` is the set of tasks on it. __enqueue() and __dequeue() put the current task on it and
 * take it off, __is_queued() asks for it; __for_each_waiter() wakes each task that is in a state and takes it off the
 * queue, __for_first_waiter() does so where one at most waits, and __wake_waiter() leaves it there. __alone() says that
 * the task is taken to be the only one on the queue.
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
	__alone();
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

/* include/linux/wait.h: the signal that may end some of them is left out */
int wait_event_killable(lvalue wq, expression condition)
{
	if (condition)
		return 0;
	for (;;) {
		prepare_to_wait(&wq, 0, TASK_KILLABLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&wq, 0);
	return 0;
}
int wait_event_interruptible_exclusive(lvalue wq, expression condition)
{
	if (condition)
		return 0;
	for (;;) {
		prepare_to_wait_exclusive(&wq, 0, TASK_INTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&wq, 0);
	return 0;
}
void wait_event_lock_irq(lvalue wq, expression condition, lvalue lock)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_wait(&wq, 0, TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		spin_unlock_irq(&lock);
		schedule();
		spin_lock_irq(&lock);
	}
	finish_wait(&wq, 0);
}

/* include/linux/wait.h, since 4.17 */
void wait_event_idle(lvalue wq, expression condition)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_wait(&wq, 0, TASK_IDLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&wq, 0);
}

/*
 * include/linux/wait.h: the time may run out whenever the task sleeps, and the last test is what counts. The signal
 * that may end some of them is left out.
 */
long wait_event_timeout(lvalue wq, expression condition, long timeout)
{
	bool got = condition;

	if (got)
		return 1;
	prepare_to_wait(&wq, 0, TASK_UNINTERRUPTIBLE);
	got = condition;
	if (!got) {
		__full_order();
		got = condition;
	}
	finish_wait(&wq, 0);
	return got;
}
long wait_event_interruptible_timeout(lvalue wq, expression condition, long timeout)
{
	bool got = condition;

	if (got)
		return 1;
	prepare_to_wait(&wq, 0, TASK_INTERRUPTIBLE);
	got = condition;
	if (!got) {
		__full_order();
		got = condition;
	}
	finish_wait(&wq, 0);
	return got;
}

/* include/linux/wait_bit.h, until 5.19: the queues are those of a hash table; each bit has one here */
int wait_on_bit(unsigned long *word, expression bit, int mode)
{
	if (!test_bit(bit, word))
		return 0;
	for (;;) {
		prepare_to_wait(&word->bit_wait[bit], 0, mode);
		if (!test_bit(bit, word))
			break;
		schedule();
	}
	finish_wait(&word->bit_wait[bit], 0);
	return 0;
}

/* include/linux/wait_bit.h, since 6.0: who finds the bit clear acquires */
int wait_on_bit(unsigned long *word, expression bit, int mode)
{
	if (!test_bit_acquire(bit, word))
		return 0;
	for (;;) {
		prepare_to_wait(&word->bit_wait[bit], 0, mode);
		if (!test_bit_acquire(bit, word))
			break;
		schedule();
	}
	finish_wait(&word->bit_wait[bit], 0);
	return 0;
}

/* include/linux/wait_bit.h and kernel/sched/wait_bit.c */
int wait_on_bit_lock(unsigned long *word, expression bit, int mode)
{
	if (!test_and_set_bit(bit, word))
		return 0;
	for (;;) {
		prepare_to_wait_exclusive(&word->bit_wait[bit], 0, mode);
		if (!test_and_set_bit(bit, word))
			break;
		schedule();
	}
	finish_wait(&word->bit_wait[bit], 0);
	return 0;
}
void wake_up_bit(unsigned long *word, expression bit)
{
	if (waitqueue_active(&word->bit_wait[bit]))
		__wake_up(&word->bit_wait[bit], TASK_NORMAL);
}

/* include/linux/wait_bit.h, since 4.17 */
void clear_and_wake_up_bit(expression bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	smp_mb__after_atomic();
	wake_up_bit(word, bit);
}
void wait_var_event(int *var, expression condition)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_wait(&var->var_wait, 0, TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_wait(&var->var_wait, 0);
}
void wake_up_var(int *var)
{
	if (waitqueue_active(&var->var_wait))
		__wake_up(&var->var_wait, TASK_NORMAL);
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

/* include/linux/swait.h, until 4.18: renamed to swait_event_exclusive() and the like */
void swait_event(lvalue wq, expression condition)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_swait(&wq, 0, TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_swait(&wq, 0);
}

/* include/linux/swait.h, since 4.19: the signal that may end one of them is left out */
void swait_event_exclusive(lvalue wq, expression condition)
{
	if (condition)
		return;
	for (;;) {
		prepare_to_swait_exclusive(&wq, 0, TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_swait(&wq, 0);
}
int swait_event_interruptible_exclusive(lvalue wq, expression condition)
{
	if (condition)
		return 0;
	for (;;) {
		prepare_to_swait_exclusive(&wq, 0, TASK_INTERRUPTIBLE);
		if (condition)
			break;
		schedule();
	}
	finish_swait(&wq, 0);
	return 0;
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

/* kernel/rcu/update.c and kernel/exit.c, until 5.7: the task is the only one that waits */
void rcuwait_wake_up(struct rcuwait *w)
{
	smp_mb();
	__wake_waiter(w->task, TASK_NORMAL);
}

/* kernel/exit.c, since 5.8 */
int rcuwait_wake_up(struct rcuwait *w)
{
	smp_mb();
	return __wake_waiter(w->task, TASK_NORMAL);
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

/* include/linux/wait.h: that the task may be frozen is left out */
int wait_event_freezable(lvalue wq, expression condition) { return wait_event_interruptible(wq, condition); }
