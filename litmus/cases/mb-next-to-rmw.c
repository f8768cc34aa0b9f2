/*
 * xchg() returns a value and so is a full barrier by itself: the smp_mb() after it adds nothing.
 * enter_b()'s smp_mb() pairs with either.
 */
int want_a, want_b, statistics;

int enter_a(void)
{
	WRITE_ONCE(want_a, 1);
	xchg(&statistics, 1);
	smp_mb();
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	WRITE_ONCE(want_b, 1);
	smp_mb();
	return !READ_ONCE(want_a);
}
