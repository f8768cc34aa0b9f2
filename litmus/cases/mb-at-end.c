/*
 * A barrier at the end of a function orders what its caller does next. The caller is not here.
 */
int condition;

void publish(void)
{
	WRITE_ONCE(condition, 1);
	smp_mb();
}

int look(void)
{
	return READ_ONCE(condition);
}
