/*
 * MP+rel+rmb: a release store does the writer's half: everything before it is visible with it.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_store_release(&y, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	smp_rmb();
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
