/* Completions: a count and a wait queue, under the queue's lock. */

/* kernel/sched/completion.c */
void complete(struct completion *x)
{
	raw_spin_lock_irqsave(&x->wait.lock, flags);
	WRITE_ONCE(x->done, x->done + 1);
	__for_first_waiter(x->wait.head, TASK_NORMAL);
	raw_spin_unlock_irqrestore(&x->wait.lock, flags);
}
void complete_all(struct completion *x)
{
	raw_spin_lock_irqsave(&x->wait.lock, flags);
	WRITE_ONCE(x->done, UINT_MAX);
	__for_each_waiter(x->wait.head, TASK_NORMAL);
	raw_spin_unlock_irqrestore(&x->wait.lock, flags);
}
void wait_for_completion(struct completion *x)
{
	raw_spin_lock_irq(&x->wait.lock);
	while (!x->done) {
		__enqueue(x->wait.head);
		__set_current_state(TASK_UNINTERRUPTIBLE);
		raw_spin_unlock_irq(&x->wait.lock);
		schedule();
		raw_spin_lock_irq(&x->wait.lock);
	}
	if (x->done != UINT_MAX)
		WRITE_ONCE(x->done, x->done - 1);
	raw_spin_unlock_irq(&x->wait.lock);
}

/* kernel/sched/completion.c: waits until complete() has let go of the queue */
bool completion_done(struct completion *x)
{
	if (!READ_ONCE(x->done))
		return false;
	raw_spin_lock_irqsave(&x->wait.lock, flags);
	raw_spin_unlock_irqrestore(&x->wait.lock, flags);
	return true;
}

/* kernel/sched/completion.c */
bool try_wait_for_completion(struct completion *x)
{
	bool got = true;

	if (!READ_ONCE(x->done))
		return false;
	raw_spin_lock_irqsave(&x->wait.lock, flags);
	if (!x->done)
		got = false;
	else if (x->done != UINT_MAX)
		WRITE_ONCE(x->done, x->done - 1);
	raw_spin_unlock_irqrestore(&x->wait.lock, flags);
	return got;
}

/* include/linux/completion.h */
void init_completion(struct completion *x) { WRITE_ONCE(x->done, 0); }
void reinit_completion(struct completion *x) { WRITE_ONCE(x->done, 0); }

/* kernel/sched/completion.c: the signal that may end some of them is left out */
int wait_for_completion_interruptible(struct completion *x) { wait_for_completion(x); return 0; }
int wait_for_completion_killable(struct completion *x) { wait_for_completion(x); return 0; }
void wait_for_completion_io(struct completion *x) { wait_for_completion(x); }

/* kernel/sched/completion.c: the time may run out while the task sleeps, and the last look at the count is what counts */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	bool got;

	raw_spin_lock_irq(&x->wait.lock);
	if (!x->done) {
		__enqueue(x->wait.head);
		__set_current_state(TASK_UNINTERRUPTIBLE);
		raw_spin_unlock_irq(&x->wait.lock);
		__full_order();
		__set_current_state(TASK_RUNNING);
		raw_spin_lock_irq(&x->wait.lock);
		__dequeue(x->wait.head);
	}
	got = x->done != 0;
	if (got && x->done != UINT_MAX)
		WRITE_ONCE(x->done, x->done - 1);
	raw_spin_unlock_irq(&x->wait.lock);
	return got;
}
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}
