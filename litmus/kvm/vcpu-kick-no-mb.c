/*
 * The run loop with a plain store of the mode: the look at the requests may overtake it, the kick
 * then sees a vcpu outside the guest, sends no interrupt, and the request waits for the next exit.
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
	WRITE_ONCE(vcpu->mode, IN_GUEST_MODE);
	return kvm_request_pending(vcpu);
}
