/*
 * As nested-irqsave.c, but the inner pair turns interrupts on whatever they were before: the handler
 * comes while the outer lock is held.
 */
DEFINE_SPINLOCK(outer);
DEFINE_SPINLOCK(inner);
int count;

void update(void)
{
	unsigned long flags;

	spin_lock_irqsave(&outer, flags);
	spin_lock_irq(&inner);
	count = count + 1;
	spin_unlock_irq(&inner);
	count = count + 1;
	spin_unlock_irqrestore(&outer, flags);
}

irqreturn_t handler(int irq, void *data)
{
	spin_lock(&outer);
	count = 0;
	spin_unlock(&outer);
	return IRQ_HANDLED;
}
