/* The data are written after the work was queued: it may run before. */
struct device {
	int data;
	struct work_struct work;
};

void handle(struct work_struct *work)
{
	struct device *dev = container_of(work, struct device, work);

	BUG_ON(READ_ONCE(dev->data) == 0);
}

void interrupt(struct device *dev)
{
	schedule_work(&dev->work);
	WRITE_ONCE(dev->data, 1);
}
