/* The time may run out before the event: what comes after the wait has to look at its result. */
wait_queue_head_t queue;
int data, done;

void finish(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(done, 1);
	wake_up(&queue);
}

void careful(void)
{
	if (!wait_event_timeout(queue, READ_ONCE(done), HZ))
		return;
	smp_rmb();
	BUG_ON(READ_ONCE(data) != 1);
}
