/*
 * A release store followed by an acquire load. On Armv8 STLR then LDAR stay in order, so together
 * they do what smp_mb() would; the kernel model promises nothing of the kind.
 */
int want_a, want_b;

int enter_a(void)
{
	smp_store_release(&want_a, 1);
	return !smp_load_acquire(&want_b);
}

int enter_b(void)
{
	smp_store_release(&want_b, 1);
	return !smp_load_acquire(&want_a);
}
