/*
 * A writer's barrier without the reader's.
 */
int buffer, count;

void write(void)
{
	WRITE_ONCE(buffer, 1);
	smp_wmb();
	WRITE_ONCE(count, 1);
}

void read(void)
{
	int n, first;

	n = READ_ONCE(count);
	first = READ_ONCE(buffer);
}

exists (read:n = 1 /\ read:first = 0)
