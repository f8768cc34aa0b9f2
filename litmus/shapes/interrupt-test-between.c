/*
 * Both barriers between them.
 */
int acked, bad_irq;

void ipi_handler(void)
{
	WRITE_ONCE(bad_irq, 1);
	smp_wmb();
	WRITE_ONCE(acked, 1);
}

void check_acked(void)
{
	int seen, bad;

	seen = READ_ONCE(acked);
	smp_rmb();
	bad = READ_ONCE(bad_irq);
}

exists (check_acked:seen = 1 /\ check_acked:bad = 0)
