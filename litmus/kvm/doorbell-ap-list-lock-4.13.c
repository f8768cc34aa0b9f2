/*
 * The doorbell as first proposed: before it kicks the vcpu, it asks kvm_vgic_vcpu_pending_irq(), which
 * takes ap_list_lock. An injection on the same CPU holds that lock with interrupts on, as in 4.13: when
 * the doorbell comes in between, it waits for ever for the thread that it interrupted.
 */
/* mbpair: kernel 4.13 */
#define KVM_REQ_IRQ_PENDING 1

struct vgic_irq {
	spinlock_t irq_lock;
	bool pending_latch;
	bool enabled;
	struct kvm_vcpu *vcpu;
};

struct kvm_vcpu {
	spinlock_t ap_list_lock;
	int ap_list_length;
	bool pending_last;
	unsigned long requests;
	int mode;
};

static void vgic_queue_irq_unlock(struct kvm_vcpu *vcpu, struct vgic_irq *irq)
{
	spin_unlock(&irq->irq_lock);

	/* one or more in the list: someone is to handle it */
	spin_lock(&vcpu->ap_list_lock);
	spin_lock(&irq->irq_lock);
	if (irq->pending_latch && irq->enabled)
		vcpu->ap_list_length = vcpu->ap_list_length + 1;
	spin_unlock(&irq->irq_lock);
	spin_unlock(&vcpu->ap_list_lock);
}

void kvm_vgic_inject_irq(struct kvm_vcpu *vcpu, struct vgic_irq *irq)
{
	spin_lock(&irq->irq_lock);
	irq->pending_latch = true;
	vgic_queue_irq_unlock(vcpu, irq);
}

static int kvm_vgic_vcpu_pending_irq(struct kvm_vcpu *vcpu)
{
	bool pending;

	if (READ_ONCE(vcpu->pending_last))
		return true;
	spin_lock(&vcpu->ap_list_lock);
	pending = vcpu->ap_list_length > 0;
	spin_unlock(&vcpu->ap_list_lock);
	return pending;
}

irqreturn_t vgic_v4_doorbell_handler(int irq, void *info)
{
	struct kvm_vcpu *vcpu = info;

	if (!kvm_vgic_vcpu_pending_irq(vcpu)) {
		WRITE_ONCE(vcpu->pending_last, true);
		kvm_vcpu_kick(vcpu);
	}
	return IRQ_HANDLED;
}
