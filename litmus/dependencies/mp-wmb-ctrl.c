/*
 * MP+wmb+ctrl: a branch does not order a load before a later load: the smp_wmb() lacks an
 * smp_rmb().
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
