/*
 * The same with a flag in the place of the completion, and a barrier on one side alone: who polls
 * may see the flag and miss the result.
 */
struct request {
	int done;
	int result;
};

void serve(struct request *req)
{
	WRITE_ONCE(req->result, 42);
	smp_store_release(&req->done, 1);
}

void poll(struct request *req)
{
	if (READ_ONCE(req->done))
		BUG_ON(READ_ONCE(req->result) != 42);
}
