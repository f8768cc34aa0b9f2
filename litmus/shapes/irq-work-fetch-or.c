/*
 * Work that is claimed by an atomic operation that always writes.
 */
int data;
atomic_t flags = ATOMIC_INIT(3);

void queue(void)
{
	int old;

	WRITE_ONCE(data, 1);
	old = atomic_fetch_or(4, &flags);
}

void run(void)
{
	int old, seen;

	old = atomic_xchg(&flags, 2);
	seen = READ_ONCE(data);
}

exists (queue:old = 3 /\ run:old = 7 /\ run:seen = 0)
