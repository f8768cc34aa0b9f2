/*
 * The worker says that it is done by a store without order: what it has worked out may come later.
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
	WRITE_ONCE(job->done, 1);
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
