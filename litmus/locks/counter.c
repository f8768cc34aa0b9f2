/*
 * Two CPUs count under one spinlock. What one has written the other sees, and no count is lost.
 */
/* mbpair: thread first count; thread second count */
spinlock_t lock;
int total;
int entered;

void count(void)
{
	spin_lock(&lock);
	BUG_ON(entered);
	entered = 1;
	total++;
	entered = 0;
	spin_unlock(&lock);
}

exists (total = 1)
