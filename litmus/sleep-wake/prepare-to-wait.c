/*
 * prepare_to_wait() ends with set_current_state(), so the condition is looked at after the state is
 * set. No wake-up is lost.
 */
int condition;
struct wait_queue_head *queue;
struct wait_queue_entry *entry;
struct task_struct *task;

void sleeper(void)
{
	for (;;) {
		prepare_to_wait(queue, entry, TASK_INTERRUPTIBLE);
		if (READ_ONCE(condition))
			break;
		schedule();
	}
	finish_wait(queue, entry);
}

void waker(void)
{
	WRITE_ONCE(condition, 1);
	wake_up_process(task);
}
