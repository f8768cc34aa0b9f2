/*
 * Z6.2+wmb+rel+data: one coherence leg only: a cumulative chain from it forbids the cycle in both
 * models.
 */
int x, y, z;

void p0(void)
{
	WRITE_ONCE(x, 1);
	smp_wmb();
	WRITE_ONCE(y, 1);
}

int p1(void)
{
	int r0;

	r0 = READ_ONCE(y);
	smp_store_release(&z, 1);
	return r0;
}

int p2(void)
{
	int r0;

	r0 = READ_ONCE(z);
	WRITE_ONCE(x, r0);
	return r0;
}
