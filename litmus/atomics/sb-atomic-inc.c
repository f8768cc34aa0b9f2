/*
 * The same without the barrier: atomic_inc() does not keep its store before the load that follows.
 */
atomic_t waiters;
int released;

int wait(void)
{
	atomic_inc(&waiters);
	return READ_ONCE(released);
}

int release(void)
{
	WRITE_ONCE(released, 1);
	smp_mb();
	return atomic_read(&waiters);
}
