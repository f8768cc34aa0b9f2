/*
 * The lock alone does not keep the store before it and the load after it in order.
 */
struct task {
	raw_spinlock_t pi_lock;
	int state, condition;
};

void waker(struct task *p)
{
	int state;

	WRITE_ONCE(p->condition, 1);
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
