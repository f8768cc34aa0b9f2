/*
 * MP+wmb+wmb: smp_wmb() does not order loads: the reader has the wrong barrier.
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

	r0 = READ_ONCE(y);
	smp_wmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
