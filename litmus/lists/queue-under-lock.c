/* A queue under a spinlock: what the producer did before it is what the consumer finds. */
struct item {
	int data;
	struct list_head node;
};
LIST_HEAD(queue);
DEFINE_SPINLOCK(lock);

void produce(void)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	item->data = 1;
	spin_lock(&lock);
	list_add_tail(&item->node, &queue);
	spin_unlock(&lock);
}

void consume(void)
{
	struct item *item = NULL;

	spin_lock(&lock);
	if (!list_empty(&queue)) {
		item = list_first_entry(&queue, struct item, node);
		list_del(&item->node);
	}
	spin_unlock(&lock);
	if (item)
		BUG_ON(item->data != 1);
}
