/*
 * atomic_inc_return() has a result and is fully ordered: the smp_mb() on the other side pairs with it.
 */
atomic_t waiters;
int released;

int wait(void)
{
	atomic_inc_return(&waiters);
	return READ_ONCE(released);
}

int release(void)
{
	WRITE_ONCE(released, 1);
	smp_mb();
	return atomic_read(&waiters);
}
