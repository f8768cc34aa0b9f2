/*
 * S+wmb+po: p1's store may become visible before its load is done: no partner.
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
	int r0;

	r0 = READ_ONCE(y);
	WRITE_ONCE(x, 2);
	return r0;
}
