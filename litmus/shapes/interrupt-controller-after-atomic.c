/*
 * The same with a full barrier after the atomic operations.
 */
struct ipi {
	atomic_t flag, enable;
};

void send(struct ipi *ipi)
{
	int enabled;

	atomic_fetch_or_release(1, &ipi->flag);
	smp_mb__after_atomic();
	enabled = atomic_read(&ipi->enable);
}

void unmask(struct ipi *ipi)
{
	int pending;

	atomic_or(1, &ipi->enable);
	smp_mb__after_atomic();
	pending = atomic_read(&ipi->flag);
}

exists (send:enabled = 0 /\ unmask:pending = 0)
