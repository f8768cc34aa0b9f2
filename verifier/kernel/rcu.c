/* RCU: what else is a critical section, or waits for them. */

/* include/linux/rcupdate.h, since 4.20: a grace period waits for all kinds of readers */
void rcu_read_lock_bh(void) { rcu_read_lock(); }
void rcu_read_unlock_bh(void) { rcu_read_unlock(); }
void rcu_read_lock_sched(void) { rcu_read_lock(); }
void rcu_read_unlock_sched(void) { rcu_read_unlock(); }
void rcu_read_lock_sched_notrace(void) { rcu_read_lock(); }
void rcu_read_unlock_sched_notrace(void) { rcu_read_unlock(); }

/* include/linux/preempt.h, since 4.20: what is not preempted is such a reader */
void preempt_disable(void) { rcu_read_lock(); }
void preempt_enable(void) { rcu_read_unlock(); }
void preempt_disable_notrace(void) { rcu_read_lock(); }
void preempt_enable_notrace(void) { rcu_read_unlock(); }
void preempt_enable_no_resched(void) { rcu_read_unlock(); }

/* include/linux/bottom_half.h, since 4.20 */
void local_bh_disable(void) { rcu_read_lock(); }
void local_bh_enable(void) { rcu_read_unlock(); }

/* include/linux/rcupdate.h, until 4.19: readers of a kind of their own, for whom synchronize_rcu() need not wait */
void rcu_read_lock_bh(void) { }
void rcu_read_unlock_bh(void) { }
void rcu_read_lock_sched(void) { }
void rcu_read_unlock_sched(void) { }
void rcu_read_lock_sched_notrace(void) { }
void rcu_read_unlock_sched_notrace(void) { }

/* include/linux/preempt.h, until 4.19 */
void preempt_disable(void) { }
void preempt_enable(void) { }
void preempt_disable_notrace(void) { }
void preempt_enable_notrace(void) { }
void preempt_enable_no_resched(void) { }

/* include/linux/bottom_half.h, until 4.19 */
void local_bh_disable(void) { }
void local_bh_enable(void) { }

/* net/core/dev.c */
void synchronize_net(void) { synchronize_rcu(); }

/* include/linux/rcupdate.h: gives the old pointer, which the caller's lock protects */
void *rcu_replace_pointer(lvalue rcu_ptr, void *ptr, expression condition)
{
	void *old = READ_ONCE(rcu_ptr);
	rcu_assign_pointer(rcu_ptr, ptr);
	return old;
}
