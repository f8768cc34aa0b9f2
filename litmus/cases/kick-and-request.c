/*
 * Two pairs in one program. The request: smp_wmb() with the smp_mb__after_atomic() that follows
 * clear_bit(). The kick: the request before the look at the mode, with the mode before the look at
 * the requests. The cmpxchg() may fail, so the barrier before it is needed.
 */
#define REQ 0
#define OUTSIDE_GUEST_MODE 0
#define IN_GUEST_MODE 1
#define EXITING_GUEST_MODE 2
unsigned long requests;
int pending, mode;

int kick(void)
{
	WRITE_ONCE(pending, 1);
	smp_wmb();
	set_bit(REQ, &requests);
	smp_mb__before_atomic();
	return cmpxchg(&mode, IN_GUEST_MODE, EXITING_GUEST_MODE);
}

int run(void)
{
	WRITE_ONCE(mode, IN_GUEST_MODE);
	smp_mb();
	if (!test_bit(REQ, &requests))
		return 0;
	clear_bit(REQ, &requests);
	smp_mb__after_atomic();
	return READ_ONCE(pending);
}
