/*
 * Z6.1+wmb+wmb+data: stores in order on each thread: enough on Armv8 only.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

void p1(void)
{
	WRITE_ONCE(y, 2);
	smp_wmb();
	WRITE_ONCE(z, 1);
}

int p2(void)
{
	int r0;

	r0 = READ_ONCE(z);
	WRITE_ONCE(x, r0);
	return r0;
}
