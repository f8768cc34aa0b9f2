/*
 * Each user reads the object and puts its reference; the last one poisons it. The release of the
 * count keeps the read before the put, and pairs with the control dependency from the last put to
 * the poison.
 */
/* mbpair: thread A = user; thread B = user */
struct object {
	int data;
};

#define POISON 99
struct object object;
refcount_t references = REFCOUNT_INIT(2);

static void put(struct object *o)
{
	if (refcount_dec_and_test(&references))
		WRITE_ONCE(o->data, POISON);
}

void user(void)
{
	assert(READ_ONCE(object.data) != POISON);
	put(&object);
}
