/* The grace period is that of another domain than the section. */
DEFINE_SRCU(readers);
DEFINE_SRCU(others);
struct item {
	int data;
};
struct item first;
struct item *head = &first;

void remover(void)
{
	struct item *p = head;

	WRITE_ONCE(head, NULL);
	synchronize_srcu(&others);
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
