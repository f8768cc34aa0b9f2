/*
 * The same resume since 4.14: swake_up() always takes the lock of the queue, as the sleeper does.
 */
/* mbpair: kernel 4.14 */
struct kvm_vcpu {
	struct swait_queue_head wq;
	bool power_off;
	bool pause;
};

static bool vcpu_sleep(struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->pause);
}

void kvm_vcpu_sleep(struct kvm_vcpu *vcpu)
{
	struct swait_queue wait;

	for (;;) {
		prepare_to_swait(&vcpu->wq, &wait, TASK_INTERRUPTIBLE);
		if (!vcpu_sleep(vcpu))
			break;
		schedule();
	}
	finish_swait(&vcpu->wq, &wait);
}

void kvm_arm_resume_vcpu(struct kvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->pause, true);
	WRITE_ONCE(vcpu->pause, false);
	swake_up(&vcpu->wq);
}
