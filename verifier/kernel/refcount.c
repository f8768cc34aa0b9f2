/*
 * Reference counts. Most are known by their names: what takes a reference has no order, what drops one is a
 * release. __acquire_order() is what smp_acquire__after_ctrl_dep() gives, where nobody wrote it for its order. That a
 * count saturates is left out.
 */

/* include/linux/refcount.h: what would make something of nothing is only read, without order */
bool refcount_add_not_zero(int i, refcount_t *r) { return atomic_add_unless_relaxed(r, i, 0); }

/* include/linux/refcount.h: a release, whatever the result */
void refcount_dec(refcount_t *r) { atomic_fetch_sub_release(1, r); }

/* lib/refcount.c: a release where they drop a reference, and without order where they do not */
bool refcount_dec_if_one(refcount_t *r) { return atomic_cmpxchg_release(r, 1, 0) == 1; }
bool refcount_dec_not_one(refcount_t *r) { return atomic_add_unless_release(r, -1, 1); }

/* lib/refcount.c: the lock is held where the last reference is gone */
bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (!refcount_dec_and_test(r)) {
		mutex_unlock(lock);
		return false;
	}
	return true;
}
bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (!refcount_dec_and_test(r)) {
		spin_unlock(lock);
		return false;
	}
	return true;
}

/* lib/refcount.c, since 4.19 */
bool refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock, unsigned long *flags)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock_irqsave(lock, flags);
	if (!refcount_dec_and_test(r)) {
		spin_unlock_irqrestore(lock, flags);
		return false;
	}
	return true;
}

/* lib/dec_and_lock.c and include/linux/mutex.h: a full barrier where it is not the last one */
bool atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock)
{
	if (atomic_add_unless(atomic, -1, 1))
		return false;
	spin_lock(lock);
	if (atomic_dec_and_test(atomic))
		return true;
	spin_unlock(lock);
	return false;
}
bool atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return false;
	mutex_lock(lock);
	if (!atomic_dec_and_test(count)) {
		mutex_unlock(lock);
		return false;
	}
	return true;
}

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

/* include/linux/kref.h: the last one calls what gives the object back */
int kref_put(struct kref *kref, expression release)
{
	if (refcount_dec_and_test(&kref->refcount)) {
		release(kref);
		return 1;
	}
	return 0;
}
int kref_put_mutex(struct kref *kref, expression release, struct mutex *lock)
{
	if (refcount_dec_and_mutex_lock(&kref->refcount, lock)) {
		release(kref);
		return 1;
	}
	return 0;
}
int kref_put_lock(struct kref *kref, expression release, spinlock_t *lock)
{
	if (refcount_dec_and_lock(&kref->refcount, lock)) {
		release(kref);
		return 1;
	}
	return 0;
}
