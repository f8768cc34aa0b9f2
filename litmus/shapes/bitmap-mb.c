/*
 * A full barrier in its place.
 */
struct sbitmap {
	int wake_batch;
	atomic_t wait_cnt;
};

void resize(struct sbitmap *s)
{
	WRITE_ONCE(s->wake_batch, 1);
	smp_mb();
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
