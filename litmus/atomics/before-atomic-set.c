/*
 * atomic_set() is a plain store, no read-modify-write: smp_mb__before_atomic() has nothing to
 * upgrade. In the kernel model it orders nothing; on arm64 it is a full barrier all the same.
 */
atomic_t ready;
int data;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_mb__before_atomic();
	atomic_set(&ready, 1);
}

int reader(void)
{
	if (!atomic_read(&ready))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
