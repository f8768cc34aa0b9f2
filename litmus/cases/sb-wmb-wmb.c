/*
 * The right idea on both sides, and the wrong barrier on both: a store before a load needs smp_mb().
 */
int want_a, want_b;

int enter_a(void)
{
	WRITE_ONCE(want_a, 1);
	smp_wmb();
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	WRITE_ONCE(want_b, 1);
	smp_wmb();
	return !READ_ONCE(want_a);
}
