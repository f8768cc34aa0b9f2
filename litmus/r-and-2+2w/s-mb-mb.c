/*
 * S+mb+mb: full barriers on both sides, more than S needs.
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

	r0 = READ_ONCE(y);
	smp_mb();
	WRITE_ONCE(x, 2);
	return r0;
}
