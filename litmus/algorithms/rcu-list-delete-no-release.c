/*
 * The list of rcu-list-delete.c, where insert() shows the node by a plain WRITE_ONCE(): a reader may find the node and
 * not what was written to it before.
 */
struct node {
	struct node *next;
	int value;
};

struct node *list;
DEFINE_SPINLOCK(list_lock);

static void insert(void)
{
	struct node *n = kmalloc(sizeof(*n), GFP_KERNEL);

	n->value = 42;
	spin_lock(&list_lock);
	n->next = list;
	WRITE_ONCE(list, n);
	spin_unlock(&list_lock);
}

static void delete(void)
{
	struct node *n;

	spin_lock(&list_lock);
	n = list;
	if (n)
		WRITE_ONCE(list, n->next);
	spin_unlock(&list_lock);
	synchronize_rcu();
	kfree(n);
}

void change(void)
{
	insert();
	delete();
}

void traverse(void)
{
	struct node *p;

	rcu_read_lock();
	for (p = rcu_dereference(list); p; p = rcu_dereference(p->next))
		assert(READ_ONCE(p->value) == 42);
	rcu_read_unlock();
}
