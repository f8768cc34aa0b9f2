/* SRCU: the index that srcu_read_lock() gives says which section srcu_read_unlock() ends. */
DEFINE_SRCU(readers);
struct item {
	int data;
};
struct item first;
struct item *head = &first;

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	synchronize_srcu(&readers);
	kfree(p);
}

void reader(void)
{
	struct item *q;
	int index, r = 0;

	index = srcu_read_lock(&readers);
	q = srcu_dereference(head, &readers);
	if (q)
		r = READ_ONCE(q->data);
	srcu_read_unlock(&readers, index);
}
