/*
 * The doorbell with a full barrier before the look at the queue, as since 4.14.
 */
struct vcpu {
	int pending;
	unsigned long requests;
	int head;
};

void doorbell(struct vcpu *v)
{
	int head;

	WRITE_ONCE(v->pending, 1);
	smp_wmb();
	set_bit(0, &v->requests);
	smp_mb();
	head = READ_ONCE(v->head);
}

void sleeper(struct vcpu *v)
{
	int pending;

	WRITE_ONCE(v->head, 1);
	set_current_state(TASK_INTERRUPTIBLE);
	pending = READ_ONCE(v->pending);
}

exists (doorbell:head = 0 /\ sleeper:pending = 0)
