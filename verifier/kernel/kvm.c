/* Requests to a virtual CPU, its mode, and what kicks it. */

/* include/linux/kvm_host.h */
void kvm_make_request(int req, struct kvm_vcpu *vcpu)
{
	smp_wmb();
	set_bit(req, &vcpu->requests);
}
bool kvm_test_request(int req, struct kvm_vcpu *vcpu) { return test_bit(req, &vcpu->requests); }
bool kvm_request_pending(struct kvm_vcpu *vcpu) { return READ_ONCE(vcpu->requests); }
void kvm_clear_request(int req, struct kvm_vcpu *vcpu) { clear_bit(req, &vcpu->requests); }
bool kvm_check_request(int req, struct kvm_vcpu *vcpu)
{
	if (kvm_test_request(req, vcpu)) {
		kvm_clear_request(req, vcpu);
		smp_mb__after_atomic();
		return true;
	}
	return false;
}
int kvm_vcpu_exiting_guest_mode(struct kvm_vcpu *vcpu)
{
	smp_mb__before_atomic();
	return cmpxchg(&vcpu->mode, IN_GUEST_MODE, EXITING_GUEST_MODE);
}
