/*
 * A cmpxchg_release() that succeeds publishes what was written before it.
 */
int data, state;

void writer(void)
{
	WRITE_ONCE(data, 1);
	cmpxchg_release(&state, 0, 1);
}

int reader(void)
{
	if (smp_load_acquire(&state) != 1)
		return 0;
	return READ_ONCE(data);
}
