/*
 * Two users share an object by two references. The last kref_put() gives it back: the release in each keeps what a
 * user did before it, and the acquire order that the last one adds is after all of that.
 */
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
	int r = READ_ONCE(item.data);

	kref_put(&item.kref, free_item);
}
