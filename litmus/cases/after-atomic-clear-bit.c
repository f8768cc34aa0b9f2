/*
 * The same barrier after clear_bit(), where it belongs: the request before everything that follows.
 */
#define REQ 0
unsigned long requests;
int payload;

void requester(void)
{
	WRITE_ONCE(payload, 1);
	smp_wmb();
	set_bit(REQ, &requests);
}

int handler(void)
{
	if (!test_bit(REQ, &requests))
		return 0;
	clear_bit(REQ, &requests);
	smp_mb__after_atomic();
	return READ_ONCE(payload);
}
