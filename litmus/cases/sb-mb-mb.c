/*
 * Dekker's entry protocol: each side raises its hand, then looks at the other. Only a full barrier
 * keeps a store before a later load, and both sides need it.
 */
int want_a, want_b;

int enter_a(void)
{
	WRITE_ONCE(want_a, 1);
	smp_mb();
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	WRITE_ONCE(want_b, 1);
	smp_mb();
	return !READ_ONCE(want_a);
}
