/*
 * Both barriers stand outside of the accesses that they are to keep in order.
 */
int acked, bad_irq;

void ipi_handler(void)
{
	WRITE_ONCE(acked, 1);
	WRITE_ONCE(bad_irq, 1);
	smp_wmb();
}

void check_acked(void)
{
	int seen, bad;

	smp_rmb();
	seen = READ_ONCE(acked);
	bad = READ_ONCE(bad_irq);
}

exists (check_acked:seen = 1 /\ check_acked:bad = 0)
