/*
 * barrier() keeps the compiler from moving the load up; the processor may still do it.
 */
int want_a, want_b;

int enter_a(void)
{
	WRITE_ONCE(want_a, 1);
	barrier();
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	WRITE_ONCE(want_b, 1);
	smp_mb();
	return !READ_ONCE(want_a);
}
