/*
 * A doorbell that only stores pending_last and calls kvm_vcpu_wake_up(): with the lockless look at the
 * queue of 4.13 the wake-up can be lost.
 */
/* mbpair: kernel 4.13 */
#define KVM_REQ_IRQ_PENDING 1

struct kvm_vcpu {
	struct swait_queue_head wq;
	unsigned long requests;
	int mode;
	bool pending_last;
};

int kvm_arch_vcpu_runnable(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->pending_last);
}

static int kvm_vcpu_check_block(struct kvm_vcpu *vcpu)
{
	if (kvm_arch_vcpu_runnable(vcpu))
		return -EINTR;
	return 0;
}

void kvm_vcpu_block(struct kvm_vcpu *vcpu)
{
	struct swait_queue wait;

	for (;;) {
		prepare_to_swait(&vcpu->wq, &wait, TASK_INTERRUPTIBLE);
		if (kvm_vcpu_check_block(vcpu) < 0)
			break;
		schedule();
	}
	finish_swait(&vcpu->wq, &wait);
}

static bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (swait_active(&vcpu->wq)) {
		swake_up(&vcpu->wq);
		return true;
	}
	return false;
}

irqreturn_t vgic_v4_doorbell_handler(int irq, void *info)
{
	struct kvm_vcpu *vcpu = info;

	WRITE_ONCE(vcpu->pending_last, true);
	kvm_vcpu_wake_up(vcpu);
	return IRQ_HANDLED;
}
