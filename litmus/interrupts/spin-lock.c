/*
 * The thread takes a lock with interrupts on, and the handler takes it too. Where the interrupt comes
 * while the lock is held, the handler waits for a thread that can't go on before the handler returns.
 * irqreturn_t says that it is a handler; nobody has to.
 */
DEFINE_SPINLOCK(queue_lock);
int queued;

void submit(void)
{
	spin_lock(&queue_lock);
	queued = queued + 1;
	spin_unlock(&queue_lock);
}

irqreturn_t complete_irq(int irq, void *data)
{
	spin_lock(&queue_lock);
	queued = queued - 1;
	spin_unlock(&queue_lock);
	return IRQ_HANDLED;
}
