/*
 * Message passing, and around it accesses that could be reordered for all anybody cares: nobody
 * asked smp_wmb() and smp_rmb() to order a store before a load.
 */
int data, flag, left, right;

int writer(void)
{
	WRITE_ONCE(left, 1);
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
	return READ_ONCE(right);
}

int reader(void)
{
	int ready, value;

	WRITE_ONCE(right, 1);
	ready = READ_ONCE(flag);
	smp_rmb();
	value = READ_ONCE(data);
	return ready && value && READ_ONCE(left);
}
