/*
 * Task states and the scheduler. __core_schedule() is where a task blocks, __full_order() a full barrier
 * that nobody wrote as one.
 */

/* include/linux/sched.h: a store of the state and a full barrier, by smp_store_mb() */
void set_current_state(int state) { WRITE_ONCE(current->state, state); smp_mb(); }
void __set_current_state(int state) { WRITE_ONCE(current->state, state); }

/* kernel/sched/core.c: __schedule() takes the run queue's lock and has a full barrier after it */
void schedule(void) { __full_order(); __core_schedule(); }
void io_schedule(void) { __full_order(); __core_schedule(); }

/* kernel/time/timer.c: as schedule() */
int schedule_timeout(int timeout) { __full_order(); __core_schedule(); }

/* kernel/sched/core.c, since 4.14: try_to_wake_up() takes the lock, has smp_mb__after_spinlock() and tests the state */
int wake_up_process(struct task_struct *p)
{
	smp_mb();
	if (READ_ONCE(p->state) != TASK_RUNNING) {
		WRITE_ONCE(p->state, TASK_RUNNING);
		return 1;
	}
	return 0;
}

/* kernel/sched/core.c, until 4.13: try_to_wake_up() has smp_mb__before_spinlock(), takes the lock and tests the state */
int wake_up_process(struct task_struct *p)
{
	smp_mb__before_spinlock();
	if (READ_ONCE(p->state) != TASK_RUNNING) {
		WRITE_ONCE(p->state, TASK_RUNNING);
		return 1;
	}
	return 0;
}

/* kernel/sched/core.c */
int wake_up_state(struct task_struct *p, int state) { return wake_up_process(p); }
