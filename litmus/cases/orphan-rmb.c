/*
 * A read barrier whose partner is gone: nobody writes the second variable any more, so no execution
 * can tell whether the barrier is there. It may have a partner in code that is not shown.
 */
int polling, timer;

void waker(void)
{
	WRITE_ONCE(polling, 1);
}

int idle(void)
{
	int seen = READ_ONCE(polling);

	smp_rmb();
	return seen + READ_ONCE(timer);
}
