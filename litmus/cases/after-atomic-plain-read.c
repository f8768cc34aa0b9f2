/*
 * smp_mb__after_atomic() upgrades the atomic read-modify-write before it. test_bit() is a plain
 * read, so in the kernel model there is nothing to upgrade and the barrier orders nothing. On arm64
 * it is a full barrier wherever it stands.
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
	smp_mb__after_atomic();
	return READ_ONCE(payload);
}
