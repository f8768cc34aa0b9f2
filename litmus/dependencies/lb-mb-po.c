/*
 * LB+mb+po: p1 does nothing to keep its load before its store, so the smp_mb() has no partner.
 */
int x, y;

int p0(void)
{
	int r0;

	r0 = READ_ONCE(x);
	smp_mb();
	WRITE_ONCE(y, 1);
	return r0;
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	WRITE_ONCE(x, 1);
	return r0;
}
