/*
 * __set_current_state() is a plain store: the look at the stop bit may overtake it. kthread_stop() then finds the
 * thread running and wakes nobody, and both wait for ever.
 */
struct task_struct *task;

int kernel_thread(void *unused)
{
	for (;;) {
		__set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

void unload(void)
{
	kthread_stop(task);
}
