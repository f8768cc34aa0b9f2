/*
 * Two barriers in a row on the writer's side. Either alone would do, so each is redundant by the
 * other and one may go; the reader's smp_rmb() pairs with whichever stays.
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
	smp_rmb();
	return READ_ONCE(data);
}
