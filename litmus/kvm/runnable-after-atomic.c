/*
 * smp_mb__after_atomic() in place of smp_rmb(), and no caller: still nothing reads on.
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

bool vcpu_runnable(struct kvm_vcpu *vcpu)
{
	if (vcpu->power_off || vcpu->pause)
		return false;
	if (kvm_test_request(KVM_REQ_IRQ_PENDING, vcpu)) {
		smp_mb__after_atomic();
		return true;
	}
	return false;
}
