/*
 * wait_event() and wake_up(). The wake-up takes the queue's lock whether or not somebody waits, and
 * so does prepare_to_wait(): whichever comes first, the sleeper sees the condition or the wake-up
 * sees the sleeper. No barrier beside the locks is needed.
 */
struct device {
	struct wait_queue_head queue;
	int ready;
};

void finish(struct device *dev)
{
	WRITE_ONCE(dev->ready, 1);
	wake_up(&dev->queue);
}

void wait(struct device *dev)
{
	wait_event(dev->queue, READ_ONCE(dev->ready));
}
