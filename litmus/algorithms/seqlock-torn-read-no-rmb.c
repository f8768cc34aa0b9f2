/*
 * The reader checks the counter without a barrier before: it may have looked at the counter first, and
 * then at one word before and one word after the update.
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
	} while ((start & 1) || READ_ONCE(sequence) != start);
	assert(a == b);
}
