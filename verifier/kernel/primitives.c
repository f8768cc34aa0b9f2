/*
 * Kernel primitives as bodies over the core operations of core.toml. Facts from the kernel's own
 * sources; the file that each stands in is named. __core_schedule() is where a task blocks,
 * __full_order() a full barrier that nobody wrote as one; an argument of type lvalue is a macro's.
 */

/* include/asm-generic/barrier.h */
void smp_store_mb(lvalue var, int value) { WRITE_ONCE(var, value); smp_mb(); }

/* include/linux/sched.h, since 4.8: a store of the state and a full barrier */
void set_current_state(int state) { WRITE_ONCE(current->state, state); smp_mb(); }
void __set_current_state(int state) { WRITE_ONCE(current->state, state); }

/* kernel/sched/core.c: __schedule() takes the run queue's lock and has smp_mb__after_spinlock() */
void schedule(void) { __full_order(); __core_schedule(); }
int schedule_timeout(int timeout) { __full_order(); __core_schedule(); }
void io_schedule(void) { __full_order(); __core_schedule(); }

/* kernel/sched/wait.c and swait.c: the entry goes on the queue, then set_current_state() */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void prepare_to_swait(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void prepare_to_swait_exclusive(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry) { __set_current_state(TASK_RUNNING); }
void finish_swait(struct swait_queue_head *q, struct swait_queue *wait) { __set_current_state(TASK_RUNNING); }

/* kernel/sched/core.c, try_to_wake_up() since 4.14: lock; smp_mb__after_spinlock(); test the state */
int wake_up_process(struct task_struct *p)
{
	smp_mb();
	if (READ_ONCE(p->state) != TASK_RUNNING) {
		WRITE_ONCE(p->state, TASK_RUNNING);
		return 1;
	}
	return 0;
}
int wake_up_state(struct task_struct *p, int state) { return wake_up_process(p); }

/* include/linux/kvm_host.h */
void kvm_make_request(int req, struct kvm_vcpu *vcpu)
{
	smp_wmb();
	set_bit(req, &vcpu->requests);
}
bool kvm_test_request(int req, struct kvm_vcpu *vcpu) { return test_bit(req, &vcpu->requests); }
bool kvm_request_pending(struct kvm_vcpu *vcpu) { return READ_ONCE(vcpu->requests); }
void kvm_clear_request(int req, struct kvm_vcpu *vcpu) { clear_bit(req, &vcpu->requests); }
bool kvm_check_request(int req, struct kvm_vcpu *vcpu)
{
	if (kvm_test_request(req, vcpu)) {
		kvm_clear_request(req, vcpu);
		smp_mb__after_atomic();
		return true;
	}
	return false;
}
int kvm_vcpu_exiting_guest_mode(struct kvm_vcpu *vcpu)
{
	smp_mb__before_atomic();
	return cmpxchg(&vcpu->mode, IN_GUEST_MODE, EXITING_GUEST_MODE);
}

/* include/linux/seqlock.h */
unsigned read_seqcount_begin(seqcount_t *s)
{
	unsigned start;
	while ((start = READ_ONCE(s->sequence)) & 1)
		cpu_relax();
	smp_rmb();
	return start;
}
int read_seqcount_retry(seqcount_t *s, unsigned start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}
void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}
void write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

/* include/linux/circ_buf.h */
int CIRC_CNT(int head, int tail, int size) { return (head - tail) & (size - 1); }
int CIRC_SPACE(int head, int tail, int size) { return (tail - (head + 1)) & (size - 1); }
