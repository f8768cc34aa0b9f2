/*
 * Z6.0+mb+data+mb: full barriers at the coherence and from-read legs; in between a dependency will
 * do.
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
	int r0;

	WRITE_ONCE(z, 2);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
