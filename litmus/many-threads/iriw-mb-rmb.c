/*
 * IRIW+po+mb+po+rmb: in the kernel model both readers need smp_mb().
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = READ_ONCE(x);
	smp_mb();
	r1 = READ_ONCE(y);
	return r0 && !r1;
}

void p2(void)
{
	WRITE_ONCE(y, 1);
}

int p3(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
