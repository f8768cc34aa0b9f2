/*
 * Z6.3+mb+mb+rmb: full barriers after the strong legs, smp_rmb() at the end.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_mb();
	WRITE_ONCE(y, 1);
}

void p1(void)
{
	WRITE_ONCE(y, 2);
	smp_mb();
	WRITE_ONCE(z, 1);
}

int p2(void)
{
	int r0, r1;

	r0 = READ_ONCE(z);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
