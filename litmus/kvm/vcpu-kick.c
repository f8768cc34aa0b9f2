/*
 * kvm_vcpu_kick() against the run loop, Dekker's way: the kick sets the request and looks at the
 * mode, the vcpu sets the mode and looks at the requests. At least one of them sees the other.
 */
#define KVM_REQ_IRQ_PENDING 0
#define IN_GUEST_MODE 1
#define EXITING_GUEST_MODE 2

struct kvm_vcpu {
	unsigned long requests;
	int mode;
};

int kick(struct kvm_vcpu *vcpu)
{
	set_bit(KVM_REQ_IRQ_PENDING, &vcpu->requests);
	return kvm_vcpu_exiting_guest_mode(vcpu);
}

int run(struct kvm_vcpu *vcpu)
{
	smp_store_mb(vcpu->mode, IN_GUEST_MODE);
	return kvm_request_pending(vcpu);
}
