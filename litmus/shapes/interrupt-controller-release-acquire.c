/*
 * A release and then an acquire on each side: Arm keeps them in order, the kernel's model does not.
 */
struct ipi {
	atomic_t flag, enable;
};

void send(struct ipi *ipi)
{
	int enabled;

	atomic_fetch_or_release(1, &ipi->flag);
	enabled = atomic_read_acquire(&ipi->enable);
}

void unmask(struct ipi *ipi)
{
	int pending;

	atomic_fetch_or_release(1, &ipi->enable);
	pending = atomic_read_acquire(&ipi->flag);
}

exists (send:enabled = 0 /\ unmask:pending = 0)
