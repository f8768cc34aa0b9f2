/*
 * irqrestore puts back what it found: the inner pair leaves interrupts off, and the handler can't come
 * before the outer one.
 */
DEFINE_SPINLOCK(outer);
DEFINE_SPINLOCK(inner);
int count;

void update(void)
{
	unsigned long flags, more;

	spin_lock_irqsave(&outer, flags);
	spin_lock_irqsave(&inner, more);
	count = count + 1;
	spin_unlock_irqrestore(&inner, more);
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
