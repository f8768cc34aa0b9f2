/* rcu_barrier() waits for the callbacks of call_rcu(): what they count with is there until they have run. */
struct item {
	int data;
	struct rcu_head rcu;
};
struct item first;
struct item *head = &first;
int live = 1;

void free_item(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct item, rcu));
	WRITE_ONCE(live, 0);
}

void leave(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	call_rcu(&p->rcu, free_item);
	rcu_barrier();
	BUG_ON(READ_ONCE(live) != 0);
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
