/*
 * A bit lock by hand: test_and_set_bit_lock() acquires, clear_bit_unlock() releases, and the data
 * written under the lock is seen by the next owner. Unlocking without the release would lose it.
 */
#define LOCK 0
unsigned long flags = 1;
int data;

void owner(void)
{
	WRITE_ONCE(data, 1);
	clear_bit_unlock(LOCK, &flags);
}

int next_owner(void)
{
	if (test_and_set_bit_lock(LOCK, &flags))
		return 0;
	return READ_ONCE(data);
}
