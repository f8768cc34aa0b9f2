/*
 * As r-wmb-mb.c, but the waker looks at the state before it overwrites it, as a real wake-up does.
 * That read needs a full barrier on every architecture: smp_wmb() does not order a store before a
 * load. So the sleeper's smp_mb() is paired for one observation and half paired for the other.
 */
int condition, state;

int waker(void)
{
	int old;

	WRITE_ONCE(condition, 1);
	smp_wmb();
	old = READ_ONCE(state);
	WRITE_ONCE(state, 2);
	return old;
}

int sleeper(void)
{
	WRITE_ONCE(state, 1);
	smp_mb();
	return READ_ONCE(condition);
}
