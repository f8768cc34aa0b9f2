/*
 * WRC+po+data+rmb: the middle thread only depends: enough on Armv8, where a store becomes visible
 * to all others at once; the kernel model wants a release there.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(x);
	WRITE_ONCE(y, r0);
	return r0;
}

int p2(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
