/*
 * SB+rmb+mb: smp_rmb() does not order a store before a load; only a full barrier does.
 */
int x, y;

int p0(void)
{
	int r0;

	WRITE_ONCE(x, 1);
	smp_rmb();
	r0 = READ_ONCE(y);
	return r0;
}

int p1(void)
{
	int r0;

	WRITE_ONCE(y, 1);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
