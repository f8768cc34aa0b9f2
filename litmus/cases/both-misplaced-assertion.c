/*
 * As both-misplaced.c, but an assertion says what was meant: it fails as the code stands, and holds
 * once both barriers are moved.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	WRITE_ONCE(flag, 1);
	smp_wmb();
}

void reader(void)
{
	int ready, value;

	smp_rmb();
	ready = READ_ONCE(flag);
	value = READ_ONCE(data);
	BUG_ON(ready && !value);
}
