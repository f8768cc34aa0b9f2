/*
 * S+wmb+ctrl: a branch orders a load before a later store.
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
	int r0;

	r0 = READ_ONCE(y);
	if (r0)
		WRITE_ONCE(x, 2);
	return r0;
}
