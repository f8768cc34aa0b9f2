/*
 * The queue of the queued spinlock: the lock is held, and two more come. Each puts a node at the tail; the first waits
 * for the lock word, the second for a flag in its own node, which the first sets when it has the lock. All is done to
 * the whole word. Armv8 keeps them apart. The kernel's model does not: whoever finds the lock free when it takes the
 * tail, by a relaxed operation, waits with an acquire that reads its own write, and that orders nothing there.
 */
#define LOCKED 1

struct mcs_node {
	struct mcs_node *next;
	int locked;
};

struct mcs_node nodes[2];
atomic_t lock = ATOMIC_INIT(LOCKED);
int inside = 1;

static int xchg_tail(int tail)
{
	int val = atomic_read(&lock), old;

	for (;;) {
		old = atomic_cmpxchg_relaxed(&lock, val, (val & LOCKED) | tail);
		if (old == val)
			return old;
		val = old;
	}
}

static void wait_in_queue(int cpu)
{
	struct mcs_node *node = &nodes[cpu], *next;
	int tail = (cpu + 1) << 16;
	int old, val;

	WRITE_ONCE(node->locked, 0);
	WRITE_ONCE(node->next, NULL);
	smp_wmb();
	old = xchg_tail(tail);
	if (old >> 16) {
		WRITE_ONCE(nodes[(old >> 16) - 1].next, node);
		smp_cond_load_acquire(&node->locked, VAL);
	}
	val = atomic_cond_read_acquire(&lock, !(VAL & LOCKED));
	if (val == tail && atomic_cmpxchg_relaxed(&lock, val, LOCKED) == val)
		return;
	atomic_or(LOCKED, &lock);
	next = smp_cond_load_relaxed(&node->next, VAL);
	smp_store_release(&next->locked, 1);
}

static void unlock(void)
{
	WRITE_ONCE(inside, 0);
	atomic_fetch_andnot_release(LOCKED, &lock);
}

static void critical_section(int cpu)
{
	wait_in_queue(cpu);
	assert(READ_ONCE(inside) == 0);
	WRITE_ONCE(inside, 1);
	unlock();
}

void holder(void) { unlock(); }
void first(void) { critical_section(0); }
void second(void) { critical_section(1); }
