/*
 * A lock word with the bit LOCKED and the bit PENDING. Who finds it locked sets PENDING, waits for
 * the holder, and takes both steps at once; a third one would have to queue, and gives up here.
 * The kernel clears LOCKED by a store to one byte of the word; here all is done to the whole word.
 */
/* mbpair: thread A = user; thread B = user; thread C = user */
#define LOCKED 1
#define PENDING 256

atomic_t lock;
int inside;

static int take(void)
{
	int old = atomic_cmpxchg_acquire(&lock, 0, LOCKED);

	if (old == 0)
		return 1;
	if (old != LOCKED)
		return 0;
	old = atomic_fetch_or_acquire(PENDING, &lock);
	if (old & PENDING)
		return 0;
	if (old & LOCKED)
		atomic_cond_read_acquire(&lock, !(VAL & LOCKED));
	atomic_xor(LOCKED | PENDING, &lock);
	return 1;
}

void user(void)
{
	if (!take())
		return;
	assert(READ_ONCE(inside) == 0);
	WRITE_ONCE(inside, 1);
	WRITE_ONCE(inside, 0);
	atomic_fetch_andnot_release(LOCKED, &lock);
}
