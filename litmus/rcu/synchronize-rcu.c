/* The object is taken out of reach, the readers under way are waited for, and then it is freed. */
struct item {
	int data;
};
struct item first;
struct item *head = &first;

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	synchronize_rcu();
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
