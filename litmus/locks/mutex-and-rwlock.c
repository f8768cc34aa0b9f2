/*
 * A readers-writer lock and a mutex that a signal may interrupt: no reader is between the two stores
 * of a writer, and who has not got the mutex does not touch what it protects.
 */
struct table {
	rwlock_t lock;
	struct mutex mutex;
	int first, second;
	int busy;
};

void write_table(struct table *t)
{
	write_lock(&t->lock);
	t->first = 1;
	t->second = 1;
	write_unlock(&t->lock);
	if (mutex_lock_interruptible(&t->mutex))
		return;
	t->busy = 1;
	t->busy = 0;
	mutex_unlock(&t->mutex);
}

void read_table(struct table *t)
{
	read_lock(&t->lock);
	BUG_ON(t->first != t->second);
	read_unlock(&t->lock);
	if (!mutex_trylock(&t->mutex))
		return;
	BUG_ON(t->busy);
	mutex_unlock(&t->mutex);
}
