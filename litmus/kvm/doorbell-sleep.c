/*
 * A doorbell that stores the state and wakes the vcpu, without a request. wake_up_process() has a
 * full barrier between the store and the look at the task, set_current_state() one between the
 * task's state and the look at the store: no wake-up is lost.
 */
struct kvm_vcpu {
	bool irq_pending;
	struct task_struct *task;
};

void doorbell(struct kvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->irq_pending, true);
	wake_up_process(vcpu->task);
}

void vcpu_block(struct kvm_vcpu *vcpu)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(vcpu->irq_pending))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}
