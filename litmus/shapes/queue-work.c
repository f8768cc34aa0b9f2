/*
 * Work is queued again by test_and_set_bit(), against the worker that clears the bit before it looks at the event.
 */
int event;
unsigned long pending = 1;

void queue(void)
{
	int was_pending;

	WRITE_ONCE(event, 1);
	was_pending = test_and_set_bit(0, &pending);
}

void worker(void)
{
	int seen;

	WRITE_ONCE(pending, 0);
	smp_mb();
	seen = READ_ONCE(event);
}

exists (queue:was_pending = 1 /\ worker:seen = 0)
