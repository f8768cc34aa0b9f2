/*
 * MP+wmb+acq: an acquire load does the reader's half: it stands for the load and the smp_rmb().
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = smp_load_acquire(&y);
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
