/*
 * The property stated outright: who sees the flag sees the data. Both barriers are needed for it.
 */
int data, flag;

void publish(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

void consume(void)
{
	int ready, value;

	ready = READ_ONCE(flag);
	smp_rmb();
	value = READ_ONCE(data);
	BUG_ON(ready && !value);
}
