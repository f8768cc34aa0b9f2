/*
 * queue_work() that finds the work pending leaves its data to the run that is still to come. The full barrier in
 * test_and_set_bit() and the worker's, after it has cleared the bit, see to it that the run does not miss them.
 */
struct device {
	int data;
	struct work_struct work;
};

void handle(struct work_struct *work)
{
	struct device *dev = container_of(work, struct device, work);
	int seen = READ_ONCE(dev->data);
}

void first(struct device *dev)
{
	schedule_work(&dev->work);
}

void second(struct device *dev)
{
	int queued;

	WRITE_ONCE(dev->data, 1);
	queued = schedule_work(&dev->work);
}
~exists (second:queued == 0 && handle:seen == 0)
