/*
 * As mp-wmb-mb.c without the reader's barrier: both do the writer's half, and nobody does the
 * reader's. Redundant they are only once the pair is complete.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	smp_mb();
	WRITE_ONCE(flag, 1);
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	return READ_ONCE(data);
}
