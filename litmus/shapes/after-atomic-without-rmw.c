/*
 * smp_mb__after_atomic() after a plain look at the request.
 */
struct vcpu {
	int request, pending;
};

void run(struct vcpu *v)
{
	int request, pending;

	request = READ_ONCE(v->request);
	smp_mb__after_atomic();
	pending = READ_ONCE(v->pending);
}

void handler(struct vcpu *v)
{
	WRITE_ONCE(v->pending, 1);
	smp_wmb();
	WRITE_ONCE(v->request, 2);
}

exists (run:request = 2 /\ run:pending = 0)
