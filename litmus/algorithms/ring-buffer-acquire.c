/*
 * The ring buffer of circular-buffers.rst: the producer releases the head, the consumer acquires it
 * and releases the tail, and a control dependency keeps the store behind the load of the tail. Armv8
 * also keeps the consumer's release before its next acquire. Neither promises that, and nothing
 * here needs it, so nobody owes the other half.
 */
int slots[2], head, tail;

static int put(int i)
{
	if (i - READ_ONCE(tail) >= 2)
		return 0;
	WRITE_ONCE(slots[i % 2], i + 1);
	smp_store_release(&head, i + 1);
	return 1;
}

void producer(void)
{
	if (put(0) && put(1))
		put(2);
}

static int get(int i)
{
	if (smp_load_acquire(&head) <= i)
		return 0;
	assert(READ_ONCE(slots[i % 2]) == i + 1);
	smp_store_release(&tail, i + 1);
	return 1;
}

void consumer(void)
{
	if (get(0))
		get(1);
}
