/*
 * Two readers of two independent stores can't disagree on which came first, if both use smp_mb().
 */
int x, y;

void write_x(void)
{
	WRITE_ONCE(x, 1);
}

void write_y(void)
{
	WRITE_ONCE(y, 1);
}

int sees_x_first(void)
{
	int a, b;

	a = READ_ONCE(x);
	smp_mb();
	b = READ_ONCE(y);
	return a && !b;
}

int sees_y_first(void)
{
	int a, b;

	a = READ_ONCE(y);
	smp_mb();
	b = READ_ONCE(x);
	return a && !b;
}
