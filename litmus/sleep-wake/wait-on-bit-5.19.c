/* Before 6.0 wait_on_bit() did not acquire: that the bit is clear did not mean that the data was seen. */
/* mbpair: kernel 5.19 */
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
