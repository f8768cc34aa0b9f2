/*
 * smp_store_mb() is a store and a full barrier in one: the usual way to write Dekker's first step.
 */
int want_a, want_b;

int enter_a(void)
{
	smp_store_mb(want_a, 1);
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	smp_store_mb(want_b, 1);
	return !READ_ONCE(want_a);
}
