/*
 * WRC+po+mb+rmb: a full barrier in the middle is cumulative: what p1 saw, p2 sees.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(x);
	smp_mb();
	WRITE_ONCE(y, 1);
	return r0;
}

int p2(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
