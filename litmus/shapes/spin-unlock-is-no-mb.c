/*
 * spin_unlock() neither.
 */
struct dev {
	spinlock_t lock;
	int condition, head;
};

void waker(struct dev *d)
{
	int head;

	spin_lock(&d->lock);
	WRITE_ONCE(d->condition, 1);
	spin_unlock(&d->lock);
	head = READ_ONCE(d->head);
}

void sleeper(struct dev *d)
{
	int condition;

	WRITE_ONCE(d->head, 1);
	smp_mb();
	condition = READ_ONCE(d->condition);
}

exists (waker:head = 0 /\ sleeper:condition = 0)
