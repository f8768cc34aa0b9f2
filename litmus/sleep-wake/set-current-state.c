/*
 * The kernel's sleeping idiom. set_current_state() has a full barrier between the state and the
 * look at the condition; wake_up_process() has one between the condition and the look at the state.
 * They pair, and no wake-up is lost.
 */
int condition;
struct task_struct *task;

void sleeper(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(condition))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

void waker(void)
{
	WRITE_ONCE(condition, 1);
	wake_up_process(task);
}
