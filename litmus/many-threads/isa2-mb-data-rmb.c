/*
 * ISA2+mb+data+rmb: after a full barrier any order will do, also the data dependency in the
 * middle.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_mb();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	WRITE_ONCE(z, r0);
	return r0;
}

int p2(void)
{
	int r0, r1;

	r0 = READ_ONCE(z);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
