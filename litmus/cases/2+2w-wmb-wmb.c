/*
 * Each thread writes both variables, in opposite order. Can both first stores end up last? Not on
 * Armv8 with smp_wmb() on both sides; in the kernel model smp_wmb() says nothing about which of
 * two stores to one variable wins.
 */
int owner, backup;

void claim_owner(void)
{
	WRITE_ONCE(owner, 1);
	smp_wmb();
	WRITE_ONCE(backup, 2);
}

void claim_backup(void)
{
	WRITE_ONCE(backup, 1);
	smp_wmb();
	WRITE_ONCE(owner, 2);
}
