/* A bit is cleared when the data is there. wake_up_bit() looks at the queue first, so a full barrier has to come before. */
unsigned long flags = 1;
int data;

void finish(void)
{
	WRITE_ONCE(data, 1);
	clear_bit_unlock(0, &flags);
	smp_mb__after_atomic();
	wake_up_bit(&flags, 0);
}

void wait(void)
{
	wait_on_bit(&flags, 0, TASK_UNINTERRUPTIBLE);
	BUG_ON(READ_ONCE(data) != 1);
}
