/*
 * As both-misplaced.c, but the comments say what was meant. The joint move would make them true, so
 * both barriers are misplaced.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	WRITE_ONCE(flag, 1);
	smp_wmb(); /* pairs with smp_rmb() in reader() */
}

int reader(void)
{
	int ready, value;

	smp_rmb(); /* pairs with smp_wmb() in writer() */
	ready = READ_ONCE(flag);
	value = READ_ONCE(data);
	return ready ? value : -1;
}
