/*
 * One side only: enter_b() may look before its own hand is seen to be up.
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
	return !READ_ONCE(want_a);
}
