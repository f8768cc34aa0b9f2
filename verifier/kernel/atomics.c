/* Atomic operations that are no row of the naming scheme: loops of cmpxchg(), a full barrier where they change something. */

/* include/linux/atomic/atomic-arch-fallback.h */
int atomic_dec_if_positive(atomic_t *v)
{
	int old, new;
	do {
		old = atomic_read(v);
		new = old - 1;
		if (new < 0)
			break;
	} while (atomic_cmpxchg(v, old, new) != old);
	return new;
}
bool atomic_inc_unless_negative(atomic_t *v)
{
	int old;
	do {
		old = atomic_read(v);
		if (old < 0)
			return false;
	} while (atomic_cmpxchg(v, old, old + 1) != old);
	return true;
}
bool atomic_dec_unless_positive(atomic_t *v)
{
	int old;
	do {
		old = atomic_read(v);
		if (old > 0)
			return false;
	} while (atomic_cmpxchg(v, old, old - 1) != old);
	return true;
}
long atomic_long_dec_if_positive(atomic_long_t *v) { return atomic_dec_if_positive(v); }
bool atomic_long_inc_unless_negative(atomic_long_t *v) { return atomic_inc_unless_negative(v); }
bool atomic_long_dec_unless_positive(atomic_long_t *v) { return atomic_dec_unless_positive(v); }
s64 atomic64_dec_if_positive(atomic64_t *v) { return atomic_dec_if_positive(v); }
bool atomic64_inc_unless_negative(atomic64_t *v) { return atomic_inc_unless_negative(v); }
bool atomic64_dec_unless_positive(atomic64_t *v) { return atomic_dec_unless_positive(v); }
