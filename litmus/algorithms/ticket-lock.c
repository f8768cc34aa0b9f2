/*
 * Tickets are handed out in order, and served in order. The release by which the holder serves the
 * next one pairs with the acquire by which that one stops waiting. Two holders would see each other.
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
	smp_store_release(&serving, ticket + 1);
}
