/*
 * The same with smp_rmb(): on Armv8 a store reaches all other processors at once, so it is enough.
 * The kernel model allows for machines where it does not.
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
	smp_rmb();
	b = READ_ONCE(y);
	return a && !b;
}

int sees_y_first(void)
{
	int a, b;

	a = READ_ONCE(y);
	smp_rmb();
	b = READ_ONCE(x);
	return a && !b;
}
