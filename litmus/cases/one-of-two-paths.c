/*
 * The writer has its barrier on one path only. The barrier is paired; the reader's is half paired,
 * because on the other path nobody does the writer's half.
 */
int data, flag;

void writer(bool careful)
{
	WRITE_ONCE(data, 1);
	if (careful)
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
