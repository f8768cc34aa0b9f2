/*
 * Z6.0+rel+rel+mb: a chain of releases ends in an overwritten store: Armv8 forbids it, the kernel
 * model does not.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_store_release(&y, 1);
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	smp_store_release(&z, 1);
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
