/*
 * A sequence counter. The first smp_rmb() keeps the data after the count, and pairs with the
 * writer's second smp_wmb(); the second keeps the data before the check, and pairs with the first.
 * A value read in between is thrown away when the check fails, so nothing is half paired.
 */
int sequence, data;

void writer(void)
{
	WRITE_ONCE(sequence, 1);
	smp_wmb();
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(sequence, 2);
}

int reader(void)
{
	int start, value;

	do {
		start = READ_ONCE(sequence);
		smp_rmb();
		value = READ_ONCE(data);
		smp_rmb();
	} while ((start & 1) || READ_ONCE(sequence) != start);
	return value;
}
