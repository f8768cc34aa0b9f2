/*
 * atomic_inc() returns nothing and orders nothing. With smp_mb__after_atomic() it is a full barrier.
 */
atomic_t waiters;
int released;

int wait(void)
{
	atomic_inc(&waiters);
	smp_mb__after_atomic();
	return READ_ONCE(released);
}

int release(void)
{
	WRITE_ONCE(released, 1);
	smp_mb();
	return atomic_read(&waiters);
}
