/*
 * wait_event() whose condition is true at once has no barrier: what comes after it may be read before it.
 */
struct dev {
	struct wait_queue_head wq;
	int done, data;
	struct task_struct *task;
};

void finish(struct dev *d)
{
	WRITE_ONCE(d->data, 1);
	smp_mb();
	WRITE_ONCE(d->done, 1);
	wake_up_process(d->task);
}

void user(struct dev *d)
{
	int data;

	wait_event(d->wq, READ_ONCE(d->done));
	data = READ_ONCE(d->data);
}

exists (user:data = 0)
