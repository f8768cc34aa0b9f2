/*
 * 2+2W+rel+rel: Armv8 agrees on one order of all stores, so two releases do; in the kernel model
 * only smp_mb() orders coherence legs.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_store_release(&y, 1);
}

void p1(void)
{
	WRITE_ONCE(y, 2);
	smp_store_release(&x, 2);
}
