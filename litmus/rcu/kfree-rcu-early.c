/* The object is handed over to be freed while it can still be reached: a reader that comes later finds it. */
struct item {
	int data;
	struct rcu_head rcu;
};
struct item first;
struct item *head = &first;

void remover(void)
{
	struct item *p = head;

	kfree_rcu(p, rcu);
	WRITE_ONCE(head, NULL);
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
