/*
 * A completion hands data over: complete() and wait_for_completion() take the same lock, and what
 * was stored before the one is seen after the other.
 */
struct request {
	struct completion done;
	int result;
};

void serve(struct request *req)
{
	WRITE_ONCE(req->result, 42);
	complete(&req->done);
}

void submit(struct request *req)
{
	wait_for_completion(&req->done);
	BUG_ON(READ_ONCE(req->result) != 42);
}
