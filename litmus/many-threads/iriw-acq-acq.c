/*
 * IRIW+po+acq+po+acq: two readers disagree on the order of two stores: impossible on Armv8 with
 * acquire loads, possible in the kernel model.
 */
int x, y;

void p0(void)
{
	WRITE_ONCE(x, 1);
}

int p1(void)
{
	int r0, r1;

	r0 = smp_load_acquire(&x);
	r1 = READ_ONCE(y);
	return r0 && !r1;
}

void p2(void)
{
	WRITE_ONCE(y, 1);
}

int p3(void)
{
	int r0, r1;

	r0 = smp_load_acquire(&y);
	r1 = READ_ONCE(x);
	return r0 && !r1;
}
