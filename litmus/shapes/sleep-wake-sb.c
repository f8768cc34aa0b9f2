/*
 * The handler looks at the state before it wakes (SB): smp_wmb() is nothing there.
 */
struct vcpu {
	int state, pending;
};

void block(struct vcpu *v)
{
	int pending;

	WRITE_ONCE(v->state, 1);
	smp_mb();
	pending = READ_ONCE(v->pending);
}

void handler(struct vcpu *v)
{
	int state;

	WRITE_ONCE(v->pending, 1);
	smp_wmb();
	state = READ_ONCE(v->state);
}

exists (block:pending = 0 /\ handler:state = 0)
