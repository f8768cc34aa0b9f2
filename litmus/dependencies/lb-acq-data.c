/*
 * LB+acq+data: the acquire keeps the load before the store; the data dependency does so on the
 * other side.
 */
int x, y;

int p0(void)
{
	int r0;

	r0 = smp_load_acquire(&x);
	WRITE_ONCE(y, 1);
	return r0;
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	WRITE_ONCE(x, r0);
	return r0;
}
