/*
 * A handler sees what the thread that it interrupts has stored before, in order and without any
 * barrier: to each other they are one thread. On another CPU the same code needs a pair of barriers:
 * see other-cpu.c.
 */
/* mbpair: interrupt timer_tick on start_timer */
int armed, deadline;

void start_timer(void)
{
	WRITE_ONCE(deadline, 100);
	WRITE_ONCE(armed, 1);
}

void timer_tick(void)
{
	int is_armed = READ_ONCE(armed);
	int when = READ_ONCE(deadline);

	BUG_ON(is_armed && when != 100);
}
