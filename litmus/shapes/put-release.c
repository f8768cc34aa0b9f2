/*
 * A reference is dropped with a release, and then something is looked at.
 */
atomic_t refcount = ATOMIC_INIT(2);
int task;

void put(void)
{
	int left, seen;

	left = atomic_sub_return_release(1, &refcount);
	seen = READ_ONCE(task);
}

void exit_task(void)
{
	int count;

	WRITE_ONCE(task, 1);
	smp_mb();
	count = atomic_read(&refcount);
}

exists (put:seen = 0 /\ exit_task:count = 2)
