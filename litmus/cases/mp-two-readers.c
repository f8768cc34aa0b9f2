/*
 * Two readers, and only one of them has its barrier. The writer's smp_wmb() is paired with the
 * first reader and half paired, because the second lacks its half.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

int careful(void)
{
	if (!READ_ONCE(flag))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}

int careless(void)
{
	if (!READ_ONCE(flag))
		return 0;
	return READ_ONCE(data);
}
