/*
 * Z6.5+mb+mb+mb: three strong legs, three full barriers.
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

	WRITE_ONCE(z, 2);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
