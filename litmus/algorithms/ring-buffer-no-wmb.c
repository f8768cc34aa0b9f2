/*
 * A ring buffer whose producer has no barrier: the head may move on before the record is there.
 */
int slots[2], head, tail;

static int put(int i)
{
	if (i - READ_ONCE(tail) >= 2)
		return 0;
	WRITE_ONCE(slots[i % 2], i + 1);
	WRITE_ONCE(head, i + 1);
	return 1;
}

void producer(void)
{
	if (put(0) && put(1))
		put(2);
}

static int get(int i)
{
	if (READ_ONCE(head) <= i)
		return 0;
	smp_rmb();
	assert(READ_ONCE(slots[i % 2]) == i + 1);
	smp_mb();
	WRITE_ONCE(tail, i + 1);
	return 1;
}

void consumer(void)
{
	if (get(0))
		get(1);
}
