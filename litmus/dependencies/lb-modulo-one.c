/*
 * What is divided by 1 leaves no remainder, so a compiler drops the if, and there is no control
 * dependency for the smp_mb() to pair with. Where MAX is 2, there is.
 */
#define MAX 1

int x, y;

void a(void)
{
	int q = READ_ONCE(x);

	if (q % MAX)
		WRITE_ONCE(y, 1);
	else
		WRITE_ONCE(y, 2);
}

void b(void)
{
	if (!READ_ONCE(y))
		return;
	smp_mb();
	WRITE_ONCE(x, 1);
}
