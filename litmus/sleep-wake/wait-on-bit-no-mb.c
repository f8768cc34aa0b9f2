/* Without a barrier before it, wake_up_bit() may find the queue empty while the sleeper still finds the bit set. */
unsigned long flags = 1;
int data;

void finish(void)
{
	WRITE_ONCE(data, 1);
	clear_bit_unlock(0, &flags);
	wake_up_bit(&flags, 0);
}

void wait(void)
{
	wait_on_bit(&flags, 0, TASK_UNINTERRUPTIBLE);
	BUG_ON(READ_ONCE(data) != 1);
}
