/*
 * SB+po+po: no barrier, so nothing to pair; both loads may miss both stores, even on x86.
 */
int x, y;

int p0(void)
{
	int r0;

	WRITE_ONCE(x, 1);
	r0 = READ_ONCE(y);
	return r0;
}

int p1(void)
{
	int r0;

	WRITE_ONCE(y, 1);
	r0 = READ_ONCE(x);
	return r0;
}
