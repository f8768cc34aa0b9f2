/*
 * The reader has no barrier and needs none: the address of its second load comes from the first,
 * and the processor can't load from an address that it does not have yet.
 */
int slots[2], latest;

void writer(void)
{
	WRITE_ONCE(slots[1], 42);
	smp_wmb();
	WRITE_ONCE(latest, 1);
}

int reader(void)
{
	int slot = READ_ONCE(latest);

	return READ_ONCE(slots[slot]);
}
