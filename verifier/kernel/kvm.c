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

/* virt/kvm/kvm_main.c, until 4.13: the queue is looked at without a barrier */
bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (swait_active(&vcpu->wq)) {
		swake_up(&vcpu->wq);
		return true;
	}
	return false;
}

/* virt/kvm/kvm_main.c, 4.14 to 4.18 */
bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (swq_has_sleeper(&vcpu->wq)) {
		swake_up(&vcpu->wq);
		return true;
	}
	return false;
}

/* virt/kvm/kvm_main.c, 4.19 to 5.7 */
bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (swq_has_sleeper(&vcpu->wq)) {
		swake_up_one(&vcpu->wq);
		return true;
	}
	return false;
}

/* virt/kvm/kvm_main.c: the interrupt that it sends, and a VCPU that kicks itself, are left out */
void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
	if (kvm_vcpu_wake_up(vcpu))
		return;
	kvm_vcpu_exiting_guest_mode(vcpu);
}

/* virt/kvm/kvm_main.c, since 5.8 */
bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	if (rcuwait_wake_up(&vcpu->wait)) {
		WRITE_ONCE(vcpu->ready, true);
		return true;
	}
	return false;
}

/* include/linux/kvm_host.h: the index of the section is kept with the vcpu */
void kvm_vcpu_srcu_read_lock(struct kvm_vcpu *vcpu) { vcpu->____srcu_idx = srcu_read_lock(&vcpu->kvm->srcu); }
void kvm_vcpu_srcu_read_unlock(struct kvm_vcpu *vcpu) { srcu_read_unlock(&vcpu->kvm->srcu, vcpu->____srcu_idx); }
