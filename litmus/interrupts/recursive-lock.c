/*
 * No interrupt at all: flush() is called with the lock held, and takes it again.
 */
DEFINE_SPINLOCK(lock);
int full;

static void flush(void)
{
	spin_lock(&lock);
	full = 0;
	spin_unlock(&lock);
}

void add_entry(void)
{
	spin_lock(&lock);
	if (full)
		flush();
	spin_unlock(&lock);
}

void fill_up(void)
{
	spin_lock(&lock);
	full = 1;
	spin_unlock(&lock);
}
