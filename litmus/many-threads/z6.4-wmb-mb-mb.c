/*
 * Z6.4+wmb+mb+mb: the one smp_wmb() breaks the ring in the kernel model.
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

	WRITE_ONCE(y, 2);
	smp_mb();
	r0 = READ_ONCE(z);
	return r0;
}

int p2(void)
{
	int r0;

	WRITE_ONCE(z, 1);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
