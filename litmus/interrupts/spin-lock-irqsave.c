/*
 * As spin-lock.c, with interrupts off while the lock is held: the handler can't come there.
 */
DEFINE_SPINLOCK(queue_lock);
int queued;

void submit(void)
{
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	queued = queued + 1;
	spin_unlock_irqrestore(&queue_lock, flags);
}

irqreturn_t complete_irq(int irq, void *data)
{
	spin_lock(&queue_lock);
	queued = queued - 1;
	spin_unlock(&queue_lock);
	return IRQ_HANDLED;
}
