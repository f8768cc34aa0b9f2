/*
 * R+mb+po: p1's store and load are not ordered; only smp_mb() would do.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_mb();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0;

	WRITE_ONCE(y, 2);
	r0 = READ_ONCE(x);
	return r0;
}
