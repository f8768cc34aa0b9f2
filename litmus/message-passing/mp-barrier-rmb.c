/*
 * MP+barrier+rmb: barrier() stops the compiler, not the processor: the stores can still swap, so
 * the smp_rmb() has no partner.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	barrier();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
