/*
 * MP+mb+mb: full barriers are more than message passing needs; they pair all the same.
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
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_mb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
