/*
 * What is written before queue_work() is there when the work runs. If the work is pending already, queue_work() leaves
 * it to the run that is still to come: the worker clears the bit and has a full barrier before it looks.
 */
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
	WRITE_ONCE(dev->data, 1);
	schedule_work(&dev->work);
}
