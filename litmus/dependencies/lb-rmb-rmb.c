/*
 * LB+rmb+rmb: on Armv8 smp_rmb() is DMB ISHLD, which orders loads before stores too; the kernel
 * model promises loads only.
 */
int x, y;

int p0(void)
{
	int r0;

	r0 = READ_ONCE(x);
	smp_rmb();
	WRITE_ONCE(y, 1);
	return r0;
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	smp_rmb();
	WRITE_ONCE(x, 1);
	return r0;
}
