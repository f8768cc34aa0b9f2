/*
 * kvm_make_request() against kvm_check_request().
 */
struct kvm_vcpu {
	unsigned long requests;
	int pending;
};

void handler(struct kvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->pending, 1);
	kvm_make_request(0, vcpu);
}

void run(struct kvm_vcpu *vcpu)
{
	int asked = 0, pending = 1;

	if (kvm_check_request(0, vcpu)) {
		asked = 1;
		pending = READ_ONCE(vcpu->pending);
	}
}

exists (run:asked = 1 /\ run:pending = 0)
