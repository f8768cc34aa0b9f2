/*
 * A handler that only tries to get the lock never waits for the thread that it interrupts.
 */
DEFINE_SPINLOCK(log_lock);
int lines;

void log_line(void)
{
	spin_lock(&log_lock);
	lines = lines + 1;
	spin_unlock(&log_lock);
}

irqreturn_t log_from_irq(int irq, void *data)
{
	if (spin_trylock(&log_lock)) {
		lines = lines + 1;
		spin_unlock(&log_lock);
	}
	return IRQ_HANDLED;
}
