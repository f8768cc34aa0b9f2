/*
 * __set_current_state() is a plain store. The load of the condition may overtake it, the waker then
 * finds the task running, and it sleeps for ever although the condition is true. The waker's
 * barrier is half paired: schedule() orders the state before the second look, nothing before the
 * first.
 */
int condition;
struct task_struct *task;

void sleeper(void)
{
	for (;;) {
		__set_current_state(TASK_INTERRUPTIBLE);
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
