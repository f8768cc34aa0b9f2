/*
 * A handler that wakes the thread on its own CPU. The thread's plain store of its state needs no barrier
 * against it: either the handler comes before the test of done, which then sees it, or after the store of
 * the state, which the wake-up then undoes. From another CPU it could be lost.
 */
/* mbpair: interrupt done_irq on wait_done */
int done;

void wait_done(void)
{
	for (;;) {
		__set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(done))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

void done_irq(struct task_struct *waiter)
{
	WRITE_ONCE(done, 1);
	WRITE_ONCE(waiter->state, TASK_RUNNING);
}
