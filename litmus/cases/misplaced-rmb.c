/*
 * The reader's barrier stands before both loads, where it separates neither from the other. One
 * line further down it would pair with the smp_wmb().
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
	int ready, value;

	smp_rmb();
	ready = READ_ONCE(flag);
	value = READ_ONCE(data);
	return ready ? value : -1;
}
