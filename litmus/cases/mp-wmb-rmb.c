/*
 * Message passing as memory-barriers.txt has it: smp_wmb() keeps the data before the flag,
 * smp_rmb() keeps the reads in the same order. Each is needed, so each is the other's partner.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
