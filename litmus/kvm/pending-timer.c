/*
 * A pending timer is safe: the vcpu's own thread sets the state that it looks at before it sleeps.
 * No other thread is there to be ordered against; what there is must only be a wake-up.
 */
struct kvm_vcpu {
	struct swait_queue_head wq;
	bool timer_irq_level;
};

void kvm_vcpu_block(struct kvm_vcpu *vcpu)
{
	struct swait_queue wait;

	WRITE_ONCE(vcpu->timer_irq_level, true);
	for (;;) {
		prepare_to_swait_exclusive(&vcpu->wq, &wait, TASK_INTERRUPTIBLE);
		if (READ_ONCE(vcpu->timer_irq_level))
			break;
		schedule();
	}
	finish_swait(&vcpu->wq, &wait);
}
