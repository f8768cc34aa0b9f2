/*
 * A node becomes part of a list after it is filled in: rcu_assign_pointer() pairs with the address
 * dependency from rcu_dereference() to what is read of the node, here and one node further.
 * Readers are inside read-side sections; nothing is taken off the list.
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
		rcu_assign_pointer(list, n);
	}
}

void traverse(void)
{
	struct node *p = rcu_dereference(list);

	if (!p)
		return;
	assert(p->value == 42);
	p = rcu_dereference(p->next);
	if (!p)
		return;
	assert(p->value == 42);
}
