/*
 * No barrier at all.
 */
struct buffer {
	int data;
	unsigned long state;
};

void finish(struct buffer *b)
{
	WRITE_ONCE(b->data, 1);
	set_bit(0, &b->state);
}

void use(struct buffer *b)
{
	int uptodate, data = 1;

	uptodate = test_bit(0, &b->state);
	if (uptodate)
		data = READ_ONCE(b->data);
}

exists (use:uptodate = 1 /\ use:data = 0)
