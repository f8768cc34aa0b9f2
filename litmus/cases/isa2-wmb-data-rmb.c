/*
 * A message through a relay that only copies the value. On Armv8 the data dependency is enough. In
 * the kernel model it is not cumulative: the relay needs a release, and until it has one, neither
 * of the other two barriers has a complete set of partners.
 */
int data, first, second;

void source(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(first, 1);
}

void relay(void)
{
	int seen = READ_ONCE(first);

	WRITE_ONCE(second, seen);
}

int sink(void)
{
	if (!READ_ONCE(second))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
