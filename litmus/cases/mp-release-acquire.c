/*
 * Message passing with the order in the accesses themselves: what precedes the release store is
 * visible to whoever reads it with the acquire load.
 */
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_store_release(&flag, 1);
}

int reader(void)
{
	if (!smp_load_acquire(&flag))
		return 0;
	return READ_ONCE(data);
}
