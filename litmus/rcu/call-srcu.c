/* A callback frees the object, after a grace period of its domain. The reader keeps the index of its section in memory. */
struct item {
	int data;
	struct rcu_head rcu;
};
struct cursor {
	int index;
};
DEFINE_SRCU(readers);
struct item first;
struct item *head = &first;

void free_item(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct item, rcu));
}

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	call_srcu(&readers, &p->rcu, free_item);
}

void reader(struct cursor *cursor)
{
	struct item *q;
	int r = 0;

	cursor->index = srcu_read_lock(&readers);
	q = srcu_dereference(head, &readers);
	if (q)
		r = READ_ONCE(q->data);
	srcu_read_unlock(&readers, cursor->index);
}
