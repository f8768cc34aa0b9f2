/* The callback frees the object after a grace period that starts after it was taken out of reach. */
struct item {
	int data;
	struct rcu_head rcu;
};
struct item first;
struct item *head = &first;

void free_item(struct rcu_head *rcu)
{
	struct item *p = container_of(rcu, struct item, rcu);

	kfree(p);
}

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	call_rcu(&p->rcu, free_item);
}

void reader(void)
{
	struct item *q;
	int r = 0;

	rcu_read_lock();
	q = rcu_dereference(head);
	if (q)
		r = READ_ONCE(q->data);
	rcu_read_unlock();
}
