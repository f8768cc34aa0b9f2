/* Sequence counters and sequence locks. What a writer does to its count is plain in the kernel; the lock is spin_lock(). */

/* include/linux/seqlock.h, until 6.11: a read of the count, and smp_rmb() */
unsigned __read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = READ_ONCE(s->sequence)) & 1)
		cpu_relax();
	return start;
}
unsigned read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = READ_ONCE(s->sequence)) & 1)
		cpu_relax();
	smp_rmb();
	return start;
}
unsigned raw_read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = READ_ONCE(s->sequence)) & 1)
		cpu_relax();
	smp_rmb();
	return start;
}
unsigned raw_read_seqcount(seqcount_t *s)
{
	unsigned start = READ_ONCE(s->sequence);
	smp_rmb();
	return start;
}
unsigned raw_seqcount_begin(seqcount_t *s)
{
	unsigned start = READ_ONCE(s->sequence);
	smp_rmb();
	return start & ~1;
}

/* include/linux/seqlock.h, since 6.12: the count is read by a load-acquire */
unsigned __read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return start;
}
unsigned read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return start;
}
unsigned raw_read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return start;
}
unsigned raw_read_seqcount(seqcount_t *s)
{
	unsigned start = smp_load_acquire(&s->sequence);
	return start;
}
unsigned raw_seqcount_begin(seqcount_t *s)
{
	unsigned start = smp_load_acquire(&s->sequence);
	return start & ~1;
}

/* include/linux/seqlock.h */
int __read_seqcount_retry(seqcount_t *s, unsigned start) { return READ_ONCE(s->sequence) != start; }
int read_seqcount_retry(seqcount_t *s, unsigned start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}
void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}
void write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}
void raw_write_seqcount_begin(seqcount_t *s) { write_seqcount_begin(s); }
void raw_write_seqcount_end(seqcount_t *s) { write_seqcount_end(s); }
void raw_write_seqcount_barrier(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}
void raw_write_seqcount_latch(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

/* include/linux/seqlock.h: an address dependency orders what is read by it */
unsigned raw_read_seqcount_latch(seqcount_latch_t *s) { return READ_ONCE(s->sequence); }

/* include/linux/seqlock.h, since 5.10 */
int read_seqcount_latch_retry(seqcount_latch_t *s, unsigned start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}

/* include/linux/seqlock.h */
void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

/* include/linux/seqlock.h */
unsigned read_seqbegin(seqlock_t *sl) { return read_seqcount_begin(&sl->seqcount); }
unsigned read_seqretry(seqlock_t *sl, unsigned start) { return read_seqcount_retry(&sl->seqcount, start); }
void write_seqlock(seqlock_t *sl) { spin_lock(&sl->lock); write_seqcount_begin(&sl->seqcount); }
void write_sequnlock(seqlock_t *sl) { write_seqcount_end(&sl->seqcount); spin_unlock(&sl->lock); }
void write_seqlock_bh(seqlock_t *sl) { spin_lock_bh(&sl->lock); write_seqcount_begin(&sl->seqcount); }
void write_sequnlock_bh(seqlock_t *sl) { write_seqcount_end(&sl->seqcount); spin_unlock_bh(&sl->lock); }
void write_seqlock_irq(seqlock_t *sl) { spin_lock_irq(&sl->lock); write_seqcount_begin(&sl->seqcount); }
void write_sequnlock_irq(seqlock_t *sl) { write_seqcount_end(&sl->seqcount); spin_unlock_irq(&sl->lock); }
void write_seqlock_irqsave(seqlock_t *sl, unsigned long flags)
{
	spin_lock_irqsave(&sl->lock, flags);
	write_seqcount_begin(&sl->seqcount);
}
void write_sequnlock_irqrestore(seqlock_t *sl, unsigned long flags)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock_irqrestore(&sl->lock, flags);
}
void read_seqlock_excl(seqlock_t *sl) { spin_lock(&sl->lock); }
void read_sequnlock_excl(seqlock_t *sl) { spin_unlock(&sl->lock); }
void read_seqlock_excl_bh(seqlock_t *sl) { spin_lock_bh(&sl->lock); }
void read_sequnlock_excl_bh(seqlock_t *sl) { spin_unlock_bh(&sl->lock); }
void read_seqlock_excl_irq(seqlock_t *sl) { spin_lock_irq(&sl->lock); }
void read_sequnlock_excl_irq(seqlock_t *sl) { spin_unlock_irq(&sl->lock); }
