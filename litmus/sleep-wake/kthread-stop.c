/*
 * A kernel thread sleeps until there is work, or until it is asked to stop. set_current_state() puts a full barrier
 * between its state and its look at the stop bit; kthread_stop() sets the bit before it looks at the state.
 */
struct task_struct *task;

int kernel_thread(void *unused)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
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
