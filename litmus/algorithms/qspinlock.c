/*
 * The queued spinlock: a word with the bit LOCKED, the bit PENDING for the one who waits next, and the tail of a queue
 * of all who come later. The kernel gives LOCKED and PENDING bytes of their own; here all is done to the whole word.
 * Three threads, each once. Ask for it with --bound 1 and more time; its barriers have too many cycles to be judged.
 */
#define LOCKED 1
#define PENDING 256
#define BOTH 257

struct mcs_node {
	struct mcs_node *next;
	int locked;
};

struct mcs_node nodes[3];
atomic_t lock;
int inside;

static void wait_in_queue(int cpu)
{
	struct mcs_node *node = &nodes[cpu], *next;
	int tail = (cpu + 1) << 16;
	int val, old;

	WRITE_ONCE(node->locked, 0);
	WRITE_ONCE(node->next, NULL);
	smp_wmb();
	val = atomic_read(&lock);
	for (;;) {
		old = atomic_cmpxchg_relaxed(&lock, val, (val & BOTH) | tail);
		if (old == val)
			break;
		val = old;
	}
	if (old >> 16) {
		WRITE_ONCE(nodes[(old >> 16) - 1].next, node);
		smp_cond_load_acquire(&node->locked, VAL);
	}
	val = atomic_cond_read_acquire(&lock, !(VAL & BOTH));
	if (val >> 16 == cpu + 1 && atomic_cmpxchg_relaxed(&lock, val, LOCKED) == val)
		return;
	atomic_or(LOCKED, &lock);
	next = smp_cond_load_relaxed(&node->next, VAL);
	smp_store_release(&next->locked, 1);
}

static void take(int cpu)
{
	int val = atomic_cmpxchg_acquire(&lock, 0, LOCKED);

	if (val == 0)
		return;
	if (val == LOCKED) {
		val = atomic_fetch_or_acquire(PENDING, &lock);
		if (!(val & ~LOCKED)) {
			if (val & LOCKED)
				atomic_cond_read_acquire(&lock, !(VAL & LOCKED));
			atomic_xor(BOTH, &lock);
			return;
		}
		if (!(val & PENDING))
			atomic_andnot(PENDING, &lock);
	}
	wait_in_queue(cpu);
}

static void critical_section(int cpu)
{
	take(cpu);
	assert(READ_ONCE(inside) == 0);
	WRITE_ONCE(inside, 1);
	WRITE_ONCE(inside, 0);
	atomic_fetch_andnot_release(LOCKED, &lock);
}

void A(void) { critical_section(0); }
void B(void) { critical_section(1); }
void C(void) { critical_section(2); }
