/*
 * S+rel+acq: release and acquire order the pair on both sides.
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

	r0 = smp_load_acquire(&y);
	WRITE_ONCE(x, 2);
	return r0;
}
