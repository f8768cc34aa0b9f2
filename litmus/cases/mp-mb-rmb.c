/*
 * A full barrier where smp_wmb() would do: stronger than needed, and paired.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_mb();
	WRITE_ONCE(flag, 1);
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
