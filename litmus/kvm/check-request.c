/*
 * kvm_check_request() clears the bit, an atomic read-modify-write, and its smp_mb__after_atomic()
 * counts: it pairs with the smp_wmb() in kvm_make_request() under both models.
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

int vcpu_enter(struct kvm_vcpu *vcpu)
{
	if (!kvm_check_request(KVM_REQ_IRQ_PENDING, vcpu))
		return 0;
	return READ_ONCE(vcpu->irq_pending);
}
