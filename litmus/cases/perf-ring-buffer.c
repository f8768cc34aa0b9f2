/*
 * The perf ring buffer, with room for one record. B and C pass the record on. D keeps the load of
 * the record before the slot is given back; its partner is the control dependency from the
 * producer's load of the tail (A in the kernel's comment) to its next store, so it takes two rounds.
 */
int slot, data_head, data_tail;

void producer(void)
{
	int head;

	for (head = 0; head < 2; head++) {
		if (READ_ONCE(data_tail) == head) {
			WRITE_ONCE(slot, head + 1);
			smp_wmb(); /* B */
			WRITE_ONCE(data_head, head + 1);
		}
	}
}

int consumer(void)
{
	int record;

	if (READ_ONCE(data_head) == 0)
		return 0;
	smp_rmb(); /* C */
	record = READ_ONCE(slot);
	smp_mb(); /* D */
	WRITE_ONCE(data_tail, 1);
	return record;
}
