/*
 * A wake-up with a full barrier before the lock.
 */
struct task {
	raw_spinlock_t pi_lock;
	int state, condition;
};

void waker(struct task *p)
{
	int state;

	WRITE_ONCE(p->condition, 1);
	smp_mb();
	raw_spin_lock(&p->pi_lock);
	state = READ_ONCE(p->state);
	raw_spin_unlock(&p->pi_lock);
}

void sleeper(struct task *p)
{
	int condition;

	smp_store_mb(p->state, 1);
	condition = READ_ONCE(p->condition);
}

exists (waker:state = 0 /\ sleeper:condition = 0)
