/*
 * A queued lock. Each waiter spins on the flag of a node of its own, and the one before it clears
 * that flag. The holder counts itself in and out: two at a time would see each other.
 */
/* mbpair: thread A = user; thread B = user */
struct mcs_node {
	struct mcs_node *next;
	int locked;
};

struct mcs_node *tail;
int inside;

static void mcs_lock(struct mcs_node **lock, struct mcs_node *node)
{
	struct mcs_node *prev;

	node->next = NULL;
	node->locked = 0;
	prev = xchg(lock, node);
	if (prev == NULL)
		return;
	WRITE_ONCE(prev->next, node);
	smp_cond_load_acquire(&node->locked, VAL);
}

static void mcs_unlock(struct mcs_node **lock, struct mcs_node *node)
{
	struct mcs_node *next = READ_ONCE(node->next);

	if (!next) {
		if (cmpxchg_release(lock, node, NULL) == node)
			return;
		while (!(next = READ_ONCE(node->next)))
			cpu_relax();
	}
	smp_store_release(&next->locked, 1);
}

void user(void)
{
	struct mcs_node node;

	mcs_lock(&tail, &node);
	assert(READ_ONCE(inside) == 0);
	WRITE_ONCE(inside, 1);
	WRITE_ONCE(inside, 0);
	mcs_unlock(&tail, &node);
}
