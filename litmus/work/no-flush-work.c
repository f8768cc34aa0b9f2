/* Without flush_work() the work may not have run yet. */
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
	BUG_ON(READ_ONCE(dev->state) != 1);
}
