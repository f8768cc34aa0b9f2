/*
 * LB+rel+ctrl: a store that depends on a branch waits for the branch's load: the release has its
 * partner.
 */
int x, y;

int p0(void)
{
	int r0;

	r0 = READ_ONCE(x);
	smp_store_release(&y, 1);
	return r0;
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	if (r0)
		WRITE_ONCE(x, 1);
	return r0;
}
