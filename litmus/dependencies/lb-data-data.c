/*
 * LB+data+data: dependencies alone forbid load buffering, and they are no barriers: nothing to
 * check.
 */
int x, y;

int p0(void)
{
	int r0;

	r0 = READ_ONCE(x);
	WRITE_ONCE(y, r0);
	return r0;
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	WRITE_ONCE(x, r0);
	return r0;
}
