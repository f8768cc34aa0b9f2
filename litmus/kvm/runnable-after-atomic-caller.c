/*
 * kvm_test_request() is a plain read, no atomic read-modify-write. On arm64 the barrier after it is
 * a full one and pairs; in the kernel model it orders nothing. Compare check-request.c.
 */
#define KVM_REQ_IRQ_PENDING 0

struct kvm_vcpu {
	unsigned long requests;
	int mode;
	bool irq_pending;
	bool power_off;
	bool pause;
};

void doorbell(struct kvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->irq_pending, true);
	kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu);
}

static bool vcpu_runnable(struct kvm_vcpu *vcpu)
{
	if (vcpu->power_off || vcpu->pause)
		return false;
	if (kvm_test_request(KVM_REQ_IRQ_PENDING, vcpu)) {
		smp_mb__after_atomic();
		return true;
	}
	return false;
}

int vcpu_block(struct kvm_vcpu *vcpu)
{
	if (!vcpu_runnable(vcpu))
		return 0;
	return READ_ONCE(vcpu->irq_pending);
}
