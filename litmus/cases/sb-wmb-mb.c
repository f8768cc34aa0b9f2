/*
 * smp_wmb() orders stores with stores; here a store must precede a load. It is too weak, and the
 * other side's smp_mb() is left without a partner.
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
	smp_mb();
	return !READ_ONCE(want_a);
}
