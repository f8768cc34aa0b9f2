/* The object is freed while a reader may still look at it. */
struct item {
	int data;
};
struct item first;
struct item *head = &first;

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	kfree(p);
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
