/* flush_work() returns when the run that was asked for is over, and whoever calls it sees all that it did. */
struct device {
	int state;
	struct work_struct work;
};

void set_up(struct work_struct *work)
{
	struct device *dev = container_of(work, struct device, work);

	WRITE_ONCE(dev->state, 1);
}

void open(struct device *dev)
{
	schedule_work(&dev->work);
	flush_work(&dev->work);
	BUG_ON(READ_ONCE(dev->state) != 1);
}
