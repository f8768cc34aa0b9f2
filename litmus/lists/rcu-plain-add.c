/* list_add() is no list_add_rcu(): readers may find the entry before what it holds. */
struct item {
	int data;
	struct list_head node;
};
LIST_HEAD(items);
struct item item;

void update(void)
{
	WRITE_ONCE(item.data, 1);
	list_add(&item.node, &items);
	list_del_rcu(&item.node);
	synchronize_rcu();
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
