/* Timers. What sets and deletes them takes a lock, and is not modelled. */

/* include/linux/timer.h: a read without a lock; marked since hlist_unhashed_lockless() */
bool timer_pending(struct timer_list *timer) { return READ_ONCE(timer->entry.pprev) != NULL; }
