/*
 * The pointer is compared with the one object that it may point to, so a compiler may read that
 * object's member without it: no address dependency keeps the two loads in order.
 */
struct foo {
	int a;
};

struct foo fallback;
struct foo *current_foo;

void publish(void)
{
	WRITE_ONCE(fallback.a, 1);
	smp_wmb();
	WRITE_ONCE(current_foo, &fallback);
}

int use(void)
{
	struct foo *p = READ_ONCE(current_foo);

	if (p == &fallback)
		return READ_ONCE(p->a);
	return 1;
}
