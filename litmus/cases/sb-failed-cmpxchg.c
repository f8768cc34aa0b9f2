/*
 * The same in store buffering: the failed cmpxchg() does not order the store before the load.
 */
int want_a, want_b, lock;

int enter_a(void)
{
	WRITE_ONCE(want_a, 1);
	cmpxchg(&lock, 1, 2);
	return !READ_ONCE(want_b);
}

int enter_b(void)
{
	WRITE_ONCE(want_b, 1);
	smp_mb();
	return !READ_ONCE(want_a);
}
