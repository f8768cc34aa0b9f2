/* A reader outside of any section is nobody whom synchronize_rcu() waits for. */
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

	q = rcu_dereference(head);
	if (q)
		r = READ_ONCE(q->data);
}
