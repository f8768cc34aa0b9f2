/*
 * A stack without a lock, and without the release where a node is pushed: who pops it may find it
 * as it was before it was filled in. The acquire there has no partner.
 */
struct node {
	struct node *next;
	int value, popped;
};

struct node *top;

void push(void)
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);
	struct node *old;

	WRITE_ONCE(n->value, 42);
	old = READ_ONCE(top);
	WRITE_ONCE(n->next, old);
	if (cmpxchg_relaxed(&top, old, n) != old)
		kfree(n);
}

static void pop(void)
{
	struct node *n = smp_load_acquire(&top);

	if (!n)
		return;
	if (cmpxchg_relaxed(&top, n, READ_ONCE(n->next)) != n)
		return;
	assert(READ_ONCE(n->value) == 42);
	assert(xchg_relaxed(&n->popped, 1) == 0);
}

void first(void)
{
	pop();
}

void second(void)
{
	pop();
}
