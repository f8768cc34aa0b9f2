/*
 * One producer, one consumer, two slots and three records. The smp_wmb() passes a record on to the
 * smp_rmb(). The smp_mb() keeps the load of a record before its slot is given back, and pairs with
 * the control dependency from the producer's load of the tail to its store of the third record.
 */
int slots[2], head, tail;

static int put(int i)
{
	if (i - READ_ONCE(tail) >= 2)
		return 0;
	WRITE_ONCE(slots[i % 2], i + 1);
	smp_wmb();
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
