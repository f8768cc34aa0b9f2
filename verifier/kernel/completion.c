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
int completion_done(struct completion *x) { return READ_ONCE(x->done) != 0; }
