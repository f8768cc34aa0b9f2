/*
 * kvm_psci_vcpu_on(): the vcpu is switched on by a store, a full barrier and a wake-up. The barrier
 * stands between the store and whatever way the wake-up looks at the queue.
 */
/* mbpair: kernel 4.13 */
struct kvm_vcpu {
	struct swait_queue_head wq;
	bool power_off;
	bool pause;
};

static bool vcpu_sleep(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->power_off);
}

void kvm_vcpu_sleep(struct kvm_vcpu *vcpu)
{
	struct swait_queue wait;

	WRITE_ONCE(vcpu->power_off, true);
	for (;;) {
		prepare_to_swait(&vcpu->wq, &wait, TASK_INTERRUPTIBLE);
		if (!vcpu_sleep(vcpu))
			break;
		schedule();
	}
	finish_swait(&vcpu->wq, &wait);
}

void kvm_psci_vcpu_on(struct kvm_vcpu *vcpu)
{
	if (!READ_ONCE(vcpu->power_off))
		return;
	WRITE_ONCE(vcpu->power_off, false);
	smp_mb();
	swake_up(&vcpu->wq);
}
