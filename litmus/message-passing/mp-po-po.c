/*
 * MP+po+po: no barrier at all, so there is nothing to pair. The reader may well see y and miss x.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = READ_ONCE(y);
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
