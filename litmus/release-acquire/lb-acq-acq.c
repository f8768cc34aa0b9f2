/*
 * LB+acq+acq: acquire loads keep later stores behind them.
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

	r0 = smp_load_acquire(&y);
	WRITE_ONCE(x, 1);
	return r0;
}
