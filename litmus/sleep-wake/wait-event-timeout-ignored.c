/* The result is not looked at: the time may have run out before the event. */
wait_queue_head_t queue;
int data, done;

void finish(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(done, 1);
	wake_up(&queue);
}

void careless(void)
{
	wait_event_timeout(queue, READ_ONCE(done), HZ);
	smp_rmb();
	BUG_ON(READ_ONCE(data) != 1);
}
