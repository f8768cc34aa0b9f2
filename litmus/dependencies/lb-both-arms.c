/*
 * Both arms of the if start with the same store. A compiler may do it before the if, so there is no
 * control dependency for the smp_mb() to pair with.
 */
int x, y, seen;

void a(void)
{
	if (READ_ONCE(x)) {
		WRITE_ONCE(y, 1);
		seen = 1;
	} else {
		WRITE_ONCE(y, 1);
	}
}

void b(void)
{
	if (!READ_ONCE(y))
		return;
	smp_mb();
	WRITE_ONCE(x, 1);
}
