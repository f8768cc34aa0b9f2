/*
 * waitqueue_active() in front of the wake-up saves the lock, and with it the order: the look at the
 * queue may come before the store of the condition, and the sleeper is missed.
 */
struct device {
	struct wait_queue_head queue;
	int ready;
};

void finish(struct device *dev)
{
	WRITE_ONCE(dev->ready, 1);
	if (waitqueue_active(&dev->queue))
		wake_up(&dev->queue);
}

void wait(struct device *dev)
{
	wait_event(dev->queue, READ_ONCE(dev->ready));
}
