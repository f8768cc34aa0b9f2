/*
 * The handler's store comes after those of the thread that it interrupts, but a third CPU need not see
 * them so: the smp_wmb() in the handler orders them, for it orders what its CPU did before it, too.
 */
/* mbpair: interrupt irq on fill */
int buffer, ready;

void fill(void)
{
	WRITE_ONCE(buffer, 1);
}

void irq(void)
{
	int filled = READ_ONCE(buffer);

	smp_wmb();
	if (filled)
		WRITE_ONCE(ready, 1);
}

void consumer(void)
{
	int is_ready = READ_ONCE(ready);

	smp_rmb();
	BUG_ON(is_ready && !READ_ONCE(buffer));
}
