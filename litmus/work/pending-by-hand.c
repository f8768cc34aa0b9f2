/*
 * A work queue's bit by hand, without the barriers: who finds the bit set relies on the worker to see the data, but
 * the worker may have looked at the data before its store to the bit is seen.
 */
int pending = 1;
int data;

void worker(void)
{
	int seen;

	WRITE_ONCE(pending, 0);
	smp_wmb();
	seen = READ_ONCE(data);
}

void queuer(void)
{
	int left_to_it;

	WRITE_ONCE(data, 1);
	smp_mb();
	left_to_it = READ_ONCE(pending);
}
exists (worker:seen == 0 && queuer:left_to_it == 1)
