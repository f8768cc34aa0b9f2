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

/*
 * kernel/sched/core.c, until 4.13: a barrier before the lock, which is a full one on arm64 and powerpc alone.
 * The waits for p->on_rq and p->on_cpu, and the run queue, are left out.
 */
int try_to_wake_up(struct task_struct *p, int state)
{
	int found;

	smp_mb__before_spinlock();
	raw_spin_lock_irqsave(&p->pi_lock, flags);
	found = READ_ONCE(p->state);
	if (state == TASK_NORMAL ? found != TASK_RUNNING : found & state) {
		WRITE_ONCE(p->state, TASK_RUNNING);
		raw_spin_unlock_irqrestore(&p->pi_lock, flags);
		return 1;
	}
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return 0;
}

/* kernel/sched/core.c, since 4.14: a full barrier after the lock, everywhere */
int try_to_wake_up(struct task_struct *p, int state)
{
	int found;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	smp_mb__after_spinlock();
	found = READ_ONCE(p->state);
	if (state == TASK_NORMAL ? found != TASK_RUNNING : found & state) {
		WRITE_ONCE(p->state, TASK_RUNNING);
		raw_spin_unlock_irqrestore(&p->pi_lock, flags);
		return 1;
	}
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return 0;
}

/* kernel/sched/core.c */
int wake_up_process(struct task_struct *p) { return try_to_wake_up(p, TASK_NORMAL); }
int wake_up_state(struct task_struct *p, int state) { return try_to_wake_up(p, state); }

/* include/linux/sched.h: where the task runs or last ran */
int task_cpu(struct task_struct *p) { return READ_ONCE(p->cpu); }

/* kernel/sched/core.c, since 4.20: what it does for the scheduling class, and for NUMA, is left out */
void set_task_cpu(struct task_struct *p, int cpu) { smp_wmb(); WRITE_ONCE(p->cpu, cpu); }

/* kernel/sched/sched.h, since 4.14: the run queue's lock */
void rq_lock(struct rq *rq, struct rq_flags *rf) { raw_spin_lock(&rq->lock); }
void rq_lock_irq(struct rq *rq, struct rq_flags *rf) { raw_spin_lock_irq(&rq->lock); }
void rq_lock_irqsave(struct rq *rq, struct rq_flags *rf) { raw_spin_lock_irqsave(&rq->lock, flags); }
void rq_unlock(struct rq *rq, struct rq_flags *rf) { raw_spin_unlock(&rq->lock); }
void rq_unlock_irq(struct rq *rq, struct rq_flags *rf) { raw_spin_unlock_irq(&rq->lock); }
void rq_unlock_irqrestore(struct rq *rq, struct rq_flags *rf) { raw_spin_unlock_irqrestore(&rq->lock, flags); }

/* include/linux/sched.h, since 4.18: a state that only one kind of wake-up ends is set under the lock of wake-ups */
void set_special_state(int state)
{
	raw_spin_lock_irqsave(&current->pi_lock, flags);
	WRITE_ONCE(current->state, state);
	raw_spin_unlock_irqrestore(&current->pi_lock, flags);
}
