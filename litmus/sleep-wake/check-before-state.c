/*
 * The condition is tested before the state is set. The waker can come in between, on any machine:
 * it finds the task running and does nothing, and then the task goes to sleep. No barrier helps.
 */
int condition;
struct task_struct *task;

void sleeper(void)
{
	if (!READ_ONCE(condition)) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
}

void waker(void)
{
	WRITE_ONCE(condition, 1);
	wake_up_process(task);
}
