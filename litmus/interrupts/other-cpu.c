/*
 * The code of same-cpu.c with the tick on another CPU: it may see the two stores in either order, and
 * make the two loads in either order.
 */
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
