/*
 * The count is read once, before the barrier.
 */
int num_socks = 1;
int sock;

void add_sock(void)
{
	WRITE_ONCE(sock, 1);
	smp_wmb();
	WRITE_ONCE(num_socks, 2);
}

void select(void)
{
	int socks, again, found = 1;

	socks = READ_ONCE(num_socks);
	smp_rmb();
	if (socks == 2)
		found = READ_ONCE(sock);
}

exists (select:socks = 2 /\ select:found = 0)
