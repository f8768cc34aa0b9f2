/*
 * A store, a lock, a load: the lock's acquire keeps neither the store before it nor its own store
 * in front of the load. smp_mb__after_spinlock() does, as in the kernel's wake-up.
 */
spinlock_t lock;
int condition, state;

void waker(void)
{
	int seen;

	WRITE_ONCE(condition, 1);
	spin_lock(&lock);
	smp_mb__after_spinlock();
	seen = READ_ONCE(state);
	spin_unlock(&lock);
}

void sleeper(void)
{
	int seen;

	smp_store_mb(state, 1);
	seen = READ_ONCE(condition);
}

~exists (waker:seen = 0 /\ sleeper:seen = 0)
