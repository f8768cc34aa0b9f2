/*
 * The flag is written before the data, so the reader can see the one without the other on any
 * machine. The assertion fails even under sequential consistency: no barrier helps. The barriers
 * do pair, for the order in which the accesses stand: they forbid that the data is seen and the
 * flag is not.
 */
int data, flag;

void publish(void)
{
	WRITE_ONCE(flag, 1);
	smp_wmb();
	WRITE_ONCE(data, 1);
}

void consume(void)
{
	int ready, value;

	value = READ_ONCE(data);
	smp_rmb();
	ready = READ_ONCE(flag);
	BUG_ON(ready && !value);
}
