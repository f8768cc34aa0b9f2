/* The object is read after the reference is given up: the other user's kref_put() may have freed it by then. */
/* mbpair: thread A = user; thread B = user */
struct item {
	int data;
	struct kref kref;
};

struct item item = { .data = 1, .kref = KREF_INIT(2) };

void free_item(struct kref *kref)
{
	kfree(container_of(kref, struct item, kref));
}

void user(void)
{
	int r;

	kref_put(&item.kref, free_item);
	r = READ_ONCE(item.data);
}
