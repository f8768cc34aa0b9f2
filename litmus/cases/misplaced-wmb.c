/*
 * The writer's barrier comes after both stores: too late to keep the data before the flag.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	WRITE_ONCE(flag, 1);
	smp_wmb();
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
