/*
 * Half of a pair: the writer orders its stores, the reader does not order its loads. The branch
 * does not help, because the processor may load the data before it knows which way to go.
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
	return READ_ONCE(data);
}
