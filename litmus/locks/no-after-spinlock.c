/*
 * As after-spinlock.c without the barrier after the lock: the load of the state may come before the
 * store of the condition, and both threads read 0.
 */
spinlock_t lock;
int condition, state;

void waker(void)
{
	int seen;

	WRITE_ONCE(condition, 1);
	spin_lock(&lock);
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
