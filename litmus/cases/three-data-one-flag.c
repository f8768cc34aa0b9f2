/*
 * Three variables behind one flag: one pair, reported once, not three times.
 */
int address, length, checksum, ready;

void producer(void)
{
	WRITE_ONCE(address, 16);
	WRITE_ONCE(length, 8);
	WRITE_ONCE(checksum, 24);
	smp_wmb();
	WRITE_ONCE(ready, 1);
}

int consumer(void)
{
	if (!READ_ONCE(ready))
		return 0;
	smp_rmb();
	return READ_ONCE(address) + READ_ONCE(length) == READ_ONCE(checksum);
}
