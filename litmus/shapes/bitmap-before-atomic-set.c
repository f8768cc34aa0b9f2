/*
 * atomic_set() is no read-modify-write: smp_mb__before_atomic() in front of it is none.
 */
struct sbitmap {
	int wake_batch;
	atomic_t wait_cnt;
};

void resize(struct sbitmap *s)
{
	WRITE_ONCE(s->wake_batch, 1);
	smp_mb__before_atomic();
	atomic_set(&s->wait_cnt, 1);
}

void wake(struct sbitmap *s)
{
	int count, batch;

	count = atomic_read(&s->wait_cnt);
	smp_rmb();
	batch = READ_ONCE(s->wake_batch);
}

exists (wake:count = 1 /\ wake:batch = 0)
