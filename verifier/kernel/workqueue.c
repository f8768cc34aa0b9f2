/*
 * Work queues. __start_work() hands a work item over to a worker, which clears `pending`, has a full barrier and runs
 * the item's function; the pool's lock orders what came before.
 */

/* kernel/workqueue.c: who finds the item pending leaves it to the run that is still to come */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	if (test_and_set_bit(0, &work->pending))
		return false;
	__start_work(work);
	return true;
}
bool queue_work(struct workqueue_struct *wq, struct work_struct *work) { return queue_work_on(0, wq, work); }
bool schedule_work_on(int cpu, struct work_struct *work) { return queue_work_on(cpu, 0, work); }
bool schedule_work(struct work_struct *work) { return queue_work_on(0, 0, work); }

/* kernel/workqueue.c: a timer comes in between, under its own lock */
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, int delay)
{
	if (test_and_set_bit(0, &dwork->work.pending))
		return false;
	__start_work(&dwork->work);
	return true;
}
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, int delay)
{
	return queue_delayed_work_on(0, wq, dwork, delay);
}
bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork, int delay)
{
	return queue_delayed_work_on(cpu, 0, dwork, delay);
}
bool schedule_delayed_work(struct delayed_work *dwork, int delay)
{
	return queue_delayed_work_on(0, 0, dwork, delay);
}
