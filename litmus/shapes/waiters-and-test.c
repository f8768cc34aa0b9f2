/*
 * atomic_dec_and_test() is a full barrier: the look at the queue needs no other.
 */
atomic_t writers = ATOMIC_INIT(1);
int head;

void done(void)
{
	int last, waiting;

	last = atomic_dec_and_test(&writers);
	waiting = READ_ONCE(head);
}

void wait(void)
{
	int left;

	WRITE_ONCE(head, 1);
	smp_mb();
	left = atomic_read(&writers);
}

exists (done:waiting = 0 /\ wait:left = 1)
