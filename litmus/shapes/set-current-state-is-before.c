/*
 * The barrier of set_current_state() stands before the look at the event, not behind it; the data are out of order on both sides.
 */
struct dev {
	int data, event;
	struct task_struct *task;
};

void waker(struct dev *d)
{
	WRITE_ONCE(d->data, 1);
	WRITE_ONCE(d->event, 1);
	wake_up_process(d->task);
}

void sleeper(struct dev *d)
{
	int event, data = 1;

	set_current_state(TASK_INTERRUPTIBLE);
	event = READ_ONCE(d->event);
	if (event)
		data = READ_ONCE(d->data);
}

exists (sleeper:event = 1 /\ sleeper:data = 0)
