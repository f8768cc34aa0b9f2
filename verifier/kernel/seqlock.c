/* Sequence counters. */

/* include/linux/seqlock.h */
unsigned read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = READ_ONCE(s->sequence)) & 1)
		cpu_relax();
	smp_rmb();
	return start;
}
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
