/*
 * The vcpu's own state wins although it missed the interrupt (R).
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
	WRITE_ONCE(v->pending, 1);
	smp_wmb();
	WRITE_ONCE(v->state, 2);
}

exists (block:pending = 0 /\ v->state = 1)
