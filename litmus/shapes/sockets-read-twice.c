/*
 * It is read again after the barrier, and the second value is used.
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
	again = READ_ONCE(num_socks);
	if (again == 2)
		found = READ_ONCE(sock);
}

exists (select:again = 2 /\ select:found = 0)
