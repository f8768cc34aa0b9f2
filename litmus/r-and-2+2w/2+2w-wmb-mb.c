/*
 * 2+2W+wmb+mb: one smp_wmb() is enough to lose the guarantee in the kernel model.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

void p1(void)
{
	WRITE_ONCE(y, 2);
	smp_mb();
	WRITE_ONCE(x, 2);
}
