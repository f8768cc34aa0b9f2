/*
 * wq_has_sleeper() is waitqueue_active() after a full barrier, which pairs with the one in
 * set_current_state().
 */
struct device {
	struct wait_queue_head queue;
	int ready;
};

void finish(struct device *dev)
{
	WRITE_ONCE(dev->ready, 1);
	if (wq_has_sleeper(&dev->queue))
		wake_up(&dev->queue);
}

void wait(struct device *dev)
{
	wait_event(dev->queue, READ_ONCE(dev->ready));
}
