/*
 * Work is handed to a worker: what was stored before it was queued is there when it runs, and what
 * it stored is there for who sees that it is done.
 */
struct job {
	struct work_struct work;
	int input;
	int output;
	int done;
};

void run(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	WRITE_ONCE(job->output, READ_ONCE(job->input) + 1);
	smp_store_release(&job->done, 1);
}

void submit(struct job *job)
{
	INIT_WORK(&job->work, run);
	WRITE_ONCE(job->input, 41);
	schedule_work(&job->work);
}

void poll(struct job *job)
{
	if (smp_load_acquire(&job->done))
		BUG_ON(READ_ONCE(job->output) != 42);
}
