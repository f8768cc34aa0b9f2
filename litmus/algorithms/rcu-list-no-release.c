/*
 * The node is published by a plain mark: a reader may find it before it is filled in, and its
 * acquire has no partner.
 */
struct node {
	struct node *next;
	int value;
};

struct node *list;

void insert(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);

		n->value = 42;
		n->next = list;
		WRITE_ONCE(list, n);
	}
}

void traverse(void)
{
	struct node *p = smp_load_acquire(&list);

	if (!p)
		return;
	assert(p->value == 42);
	p = rcu_dereference(p->next);
	if (!p)
		return;
	assert(p->value == 42);
}
