/*
 * Reference counts. Most are known by their names: what takes a reference has no order, what drops one is a
 * release. __acquire_order() is what smp_acquire__after_ctrl_dep() gives, where nobody wrote it for its order.
 */

/* include/linux/refcount.h, since 5.2: release, and acquire for the last one */
bool refcount_dec_and_test(refcount_t *r)
{
	if (refcount_dec_and_test(r)) {
		__acquire_order();
		return true;
	}
	return false;
}
bool refcount_sub_and_test(int i, refcount_t *r)
{
	if (refcount_sub_and_test(i, r)) {
		__acquire_order();
		return true;
	}
	return false;
}

/* include/linux/kref.h */
void kref_init(struct kref *kref) { refcount_set(&kref->refcount, 1); }
unsigned kref_read(struct kref *kref) { return refcount_read(&kref->refcount); }
void kref_get(struct kref *kref) { refcount_inc(&kref->refcount); }
int kref_get_unless_zero(struct kref *kref) { return refcount_inc_not_zero(&kref->refcount); }
