/*
 * SB+rel-acq+mb: Armv8 keeps a release store before a later acquire load, the kernel model does
 * not.
 */
int x, y;

int p0(void)
{
	int r0;

	smp_store_release(&x, 1);
	r0 = smp_load_acquire(&y);
	return r0;
}

int p1(void)
{
	int r0;

	WRITE_ONCE(y, 1);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
