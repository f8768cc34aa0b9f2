/*
 * The same doorbell since 4.14: kvm_vcpu_wake_up() asks swq_has_sleeper(), whose full barrier stands
 * between the store of pending_last and the look at the queue, and pairs with set_current_state().
 */
/* mbpair: kernel 4.14 */
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

/* The run loop: a guest that waits for interrupts sleeps; then enter it, and look at the requests. */
void kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu, bool waits)
{
	if (waits)
		kvm_vcpu_block(vcpu);
	smp_store_mb(vcpu->mode, IN_GUEST_MODE);
	if (kvm_request_pending(vcpu) && kvm_check_request(KVM_REQ_IRQ_PENDING, vcpu))
		BUG_ON(!READ_ONCE(vcpu->pending_last));
}

static bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (swq_has_sleeper(&vcpu->wq)) {
		swake_up(&vcpu->wq);
		return true;
	}
	return false;
}

static void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
	if (kvm_vcpu_wake_up(vcpu))
		return;
	if (kvm_vcpu_exiting_guest_mode(vcpu) == IN_GUEST_MODE)
		smp_send_reschedule(vcpu);
}

irqreturn_t vgic_v4_doorbell_handler(int irq, void *info)
{
	struct kvm_vcpu *vcpu = info;

	WRITE_ONCE(vcpu->pending_last, true);
	kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu);
	kvm_vcpu_kick(vcpu);
	return IRQ_HANDLED;
}
