/*
 * The vcpu looks at its state, then at the interrupt.
 */
struct vcpu {
	int state, pending;
};

void block(struct vcpu *v)
{
	int state, pending;

	WRITE_ONCE(v->state, 1);
	smp_mb();
	state = READ_ONCE(v->state);
	smp_rmb();
	pending = READ_ONCE(v->pending);
}

void handler(struct vcpu *v)
{
	WRITE_ONCE(v->pending, 1);
	smp_wmb();
	WRITE_ONCE(v->state, 2);
}

exists (block:state = 2 /\ block:pending = 0)
