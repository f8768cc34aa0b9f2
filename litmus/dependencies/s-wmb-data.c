/*
 * S+wmb+data: the store that carries the loaded value can't overtake the load: data dependency and
 * smp_wmb() pair.
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
	WRITE_ONCE(x, r0);
	return r0;
}
