/*
 * Work that is claimed by cmpxchg(): where it fails, it orders nothing.
 */
int data;
int flags = 3;

void queue(void)
{
	int old;

	WRITE_ONCE(data, 1);
	old = cmpxchg(&flags, 0, 3);
}

void run(void)
{
	int old, seen;

	old = xchg(&flags, 2);
	seen = READ_ONCE(data);
}

exists (queue:old = 3 /\ run:old = 3 /\ run:seen = 0)
