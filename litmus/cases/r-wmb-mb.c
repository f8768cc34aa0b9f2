/*
 * The waker publishes and overwrites the state; the sleeper sets the state and looks again. What
 * must not happen: the sleeper's state wins, and it has not seen the condition (R). On Armv8
 * smp_wmb() is enough, because a store becomes visible to all others at once. The kernel model
 * has no such promise for an overwritten store: there it takes smp_mb().
 */
int condition, state;

void waker(void)
{
	WRITE_ONCE(condition, 1);
	smp_wmb();
	WRITE_ONCE(state, 2);
}

int sleeper(void)
{
	WRITE_ONCE(state, 1);
	smp_mb();
	return READ_ONCE(condition);
}
