/* llist: entries are pushed by cmpxchg(), and all taken at once by xchg(): both are full barriers. */
struct item {
	int data;
	struct llist_node node;
};
LLIST_HEAD(stack);

void push(void)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	item->data = 1;
	llist_add(&item->node, &stack);
}

void take(void)
{
	struct llist_node *all = llist_del_all(&stack);
	struct item *p;

	llist_for_each_entry(p, all, node)
		BUG_ON(p->data != 1);
}
