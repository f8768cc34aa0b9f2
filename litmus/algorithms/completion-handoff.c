/*
 * A result is handed over by a completion, to one who waits and to one who only asks: both take the
 * queue's lock after complete() has freed it.
 */
struct request {
	struct completion done;
	int result;
};

void serve(struct request *req)
{
	WRITE_ONCE(req->result, 42);
	complete_all(&req->done);
}

void submit(struct request *req)
{
	wait_for_completion(&req->done);
	BUG_ON(READ_ONCE(req->result) != 42);
}

void poll(struct request *req)
{
	if (completion_done(&req->done))
		BUG_ON(READ_ONCE(req->result) != 42);
}
