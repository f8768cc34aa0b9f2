/*
 * R+rel+mb: as R with smp_wmb(): enough on Armv8, not in the kernel model.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_store_release(&y, 1);
}

int p1(void)
{
	int r0;

	WRITE_ONCE(y, 2);
	smp_mb();
	r0 = READ_ONCE(x);
	return r0;
}
