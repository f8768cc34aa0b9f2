/*
 * mutex_unlock() is a release: the look at the queue after it may come before the store in front of it.
 */
struct dev {
	struct mutex mutex;
	int condition, head;
};

void waker(struct dev *d)
{
	int head;

	mutex_lock(&d->mutex);
	WRITE_ONCE(d->condition, 1);
	mutex_unlock(&d->mutex);
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
