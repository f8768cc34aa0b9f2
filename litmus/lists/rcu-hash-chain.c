/* The same with a chain of a hash table: hlist_add_head_rcu() publishes, and the dependency is the reader's half. */
struct item {
	int data;
	struct hlist_node node;
};
struct hlist_head chain;

void insert(void)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	WRITE_ONCE(item->data, 1);
	hlist_add_head_rcu(&item->node, &chain);
}

void find(void)
{
	struct item *p;

	rcu_read_lock();
	hlist_for_each_entry_rcu(p, &chain, node)
		BUG_ON(READ_ONCE(p->data) != 1);
	rcu_read_unlock();
}
