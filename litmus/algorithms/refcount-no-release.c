/*
 * The count is put without a release: a user may still read the object when the other one poisons it.
 */
/* mbpair: thread A = user; thread B = user */
struct object {
	int data;
};

#define POISON 99
struct object object;
atomic_t references = ATOMIC_INIT(2);

static void put(struct object *o)
{
	if (atomic_dec_return_relaxed(&references) == 0)
		WRITE_ONCE(o->data, POISON);
}

void user(void)
{
	assert(READ_ONCE(object.data) != POISON);
	put(&object);
}
