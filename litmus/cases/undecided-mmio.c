/*
 * Device registers are not modelled: whether wmb() orders the descriptor before the doorbell is a
 * question about the bus. The answer is "undecided", not "fine".
 */
int descriptor;

void submit(void)
{
	WRITE_ONCE(descriptor, 1);
	wmb();
	writel(1, DOORBELL);
}

int device_model(void)
{
	return READ_ONCE(descriptor);
}
