/*
 * A task is moved to another group: a full barrier on both sides.
 */
int closid = 1;
int running;

void move_group(void)
{
	int seen;

	WRITE_ONCE(closid, 2);
	smp_mb();
	seen = READ_ONCE(running);
}

void switch_to(void)
{
	int used;

	WRITE_ONCE(running, 1);
	smp_mb();
	used = READ_ONCE(closid);
}

exists (move_group:seen = 0 /\ switch_to:used = 1)
