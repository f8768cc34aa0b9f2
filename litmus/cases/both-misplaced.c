/*
 * Both barriers stand outside their pair of accesses. Moving one alone does not help, so neither
 * is called misplaced: nothing here says that they were meant for each other. They are unmatched,
 * with the joint move as a hint.
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
	int ready, value;

	smp_rmb();
	ready = READ_ONCE(flag);
	value = READ_ONCE(data);
	return ready ? value : -1;
}
