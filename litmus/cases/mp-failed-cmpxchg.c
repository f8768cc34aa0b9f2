/*
 * A cmpxchg() that succeeds is a full barrier; one that fails is a plain read. This one always
 * fails, so the reader has no barrier and the writer's has no partner.
 */
int data, flag, lock;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	cmpxchg(&lock, 1, 2);
	return READ_ONCE(data);
}
