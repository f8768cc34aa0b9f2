/*
 * Z6.2+wmb+data+data: the dependency in the middle is not cumulative.
 */
int x, y, z;

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
	WRITE_ONCE(z, r0);
	return r0;
}

int p2(void)
{
	int r0;

	r0 = READ_ONCE(z);
	WRITE_ONCE(x, r0);
	return r0;
}
