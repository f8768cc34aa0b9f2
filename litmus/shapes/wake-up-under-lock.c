/*
 * Waker and sleeper take the same lock: the condition is stored before it and looked at after it.
 */
struct dev {
	spinlock_t lock;
	int condition, head;
};

void waker(struct dev *d)
{
	int head;

	WRITE_ONCE(d->condition, 1);
	spin_lock(&d->lock);
	head = READ_ONCE(d->head);
	spin_unlock(&d->lock);
}

void sleeper(struct dev *d)
{
	int condition;

	spin_lock(&d->lock);
	WRITE_ONCE(d->head, 1);
	spin_unlock(&d->lock);
	condition = READ_ONCE(d->condition);
}

exists (waker:head = 0 /\ sleeper:condition = 0)
