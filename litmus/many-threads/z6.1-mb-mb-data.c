/*
 * Z6.1+mb+mb+data: each coherence leg is followed by a full barrier.
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
	int r0;

	r0 = READ_ONCE(z);
	WRITE_ONCE(x, r0);
	return r0;
}
