/* list_empty() without the lock: the list is not empty any more, but what was stored before is not seen yet. */
struct item {
	struct list_head node;
};
LIST_HEAD(queue);
DEFINE_SPINLOCK(lock);
struct item item;
int ready;

void produce(void)
{
	WRITE_ONCE(ready, 1);
	spin_lock(&lock);
	list_add_tail(&item.node, &queue);
	spin_unlock(&lock);
}

void look(void)
{
	if (!list_empty(&queue)) {
		smp_rmb();
		BUG_ON(READ_ONCE(ready) != 1);
	}
}
