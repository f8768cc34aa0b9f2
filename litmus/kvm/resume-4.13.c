/*
 * Resuming a paused vcpu: a plain store, then swake_up() as it was until 4.13, which looks at the queue
 * before it takes the lock. The vcpu may have seen the pause, be on its way to sleep, and stay there.
 */
/* mbpair: kernel 4.13 */
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
