/*
 * Two compiler barriers. Both threads may enter, on x86 as well as on Arm.
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
	barrier();
	return !READ_ONCE(want_a);
}
