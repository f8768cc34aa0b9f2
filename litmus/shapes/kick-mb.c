/*
 * The same with a full barrier.
 */
#define OUTSIDE_GUEST_MODE 0
#define IN_GUEST_MODE 1
#define EXITING_GUEST_MODE 2

struct kvm_vcpu {
	unsigned long requests;
	int mode;
};

void kick(struct kvm_vcpu *vcpu)
{
	int mode;

	set_bit(0, &vcpu->requests);
	smp_mb();
	mode = cmpxchg(&vcpu->mode, IN_GUEST_MODE, EXITING_GUEST_MODE);
}

void run(struct kvm_vcpu *vcpu)
{
	unsigned long requests;

	smp_store_mb(vcpu->mode, IN_GUEST_MODE);
	requests = READ_ONCE(vcpu->requests);
}

exists (kick:mode = 0 /\ run:requests = 0)
