/*
 * Two words under a sequence counter. A reader that saw one word before and one after the update
 * throws both away: the first smp_rmb() pairs with the writer's second barrier, and the second
 * with its first.
 */
int sequence, low, high;

void writer(void)
{
	WRITE_ONCE(sequence, 1);
	smp_wmb();
	WRITE_ONCE(low, 1);
	WRITE_ONCE(high, 1);
	smp_wmb();
	WRITE_ONCE(sequence, 2);
}

void reader(void)
{
	int start, a, b;

	do {
		start = READ_ONCE(sequence);
		smp_rmb();
		a = READ_ONCE(low);
		b = READ_ONCE(high);
		smp_rmb();
	} while ((start & 1) || READ_ONCE(sequence) != start);
	assert(a == b);
}
