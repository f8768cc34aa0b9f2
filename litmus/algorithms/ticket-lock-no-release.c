/*
 * The holder serves the next one by a plain mark: what it did inside may become visible later than
 * that, and the two see each other.
 */
/* mbpair: thread A = user; thread B = user */
atomic_t next_ticket;
int serving, inside;

void user(void)
{
	int ticket = atomic_fetch_inc_relaxed(&next_ticket);

	smp_cond_load_acquire(&serving, VAL == ticket);
	assert(READ_ONCE(inside) == 0);
	WRITE_ONCE(inside, 1);
	WRITE_ONCE(inside, 0);
	WRITE_ONCE(serving, ticket + 1);
}
