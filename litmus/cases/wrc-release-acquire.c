/*
 * The middle thread passes on what it saw. Its release is cumulative: whoever acquires y also sees
 * the store to x that the middle thread read.
 */
int x, y;

void source(void)
{
	WRITE_ONCE(x, 1);
}

int relay(void)
{
	int seen = READ_ONCE(x);

	smp_store_release(&y, 1);
	return seen;
}

int sink(void)
{
	if (!smp_load_acquire(&y))
		return 0;
	return READ_ONCE(x);
}
