/*
 * ISA2+wmb+rel+acq: the release in the middle passes on what p1 saw.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
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
	int r0, r1;

	r0 = smp_load_acquire(&z);
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
