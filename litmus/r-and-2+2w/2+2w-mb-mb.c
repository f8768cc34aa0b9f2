/*
 * 2+2W+mb+mb: two full barriers forbid that each thread's first store is last.
 */
int x, y;

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
	WRITE_ONCE(x, 2);
}
