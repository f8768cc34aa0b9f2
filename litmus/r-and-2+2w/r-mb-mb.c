/*
 * R+mb+mb: R ends in an overwritten store and needs a full barrier on both sides to be safe
 * everywhere.
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
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
