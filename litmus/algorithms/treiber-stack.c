/*
 * A stack without a lock. The release by which a node is pushed pairs with the address dependency
 * of whoever pops it: what stands in the node is there. Of two that pop only one gets the node, and
 * of two that push at once one gives its own back.
 * Nodes are never pushed again, so that an old top can't come back.
 */
struct node {
	struct node *next;
	int value, popped;
};

struct node *top;

static void push(void)
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);
	struct node *old;

	WRITE_ONCE(n->value, 42);
	old = READ_ONCE(top);
	WRITE_ONCE(n->next, old);
	if (cmpxchg_release(&top, old, n) != old)
		kfree(n);
}

static void pop(void)
{
	struct node *n = READ_ONCE(top);

	if (!n)
		return;
	if (cmpxchg_relaxed(&top, n, READ_ONCE(n->next)) != n)
		return;
	assert(READ_ONCE(n->value) == 42);
	assert(xchg_relaxed(&n->popped, 1) == 0);
}

void pusher(void)
{
	push();
}

void first(void)
{
	push();
	pop();
}

void second(void)
{
	pop();
}
