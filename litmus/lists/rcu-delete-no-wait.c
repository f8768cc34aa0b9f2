/* The entry is off the list, and freed at once: a reader may still have it. */
struct item {
	int data;
	struct list_head node;
};
LIST_HEAD(items);
struct item item;

void update(void)
{
	WRITE_ONCE(item.data, 1);
	list_add_rcu(&item.node, &items);
	list_del_rcu(&item.node);
	kfree(&item);
}

void walk(void)
{
	struct item *p;

	rcu_read_lock();
	list_for_each_entry_rcu(p, &items, node)
		BUG_ON(READ_ONCE(p->data) != 1);
	rcu_read_unlock();
}
