/*
 * Two plain stores, and a reader with a control dependency only.
 */
struct mm {
	int transit, cpu_cid;
};

void set_transit(struct mm *mm)
{
	WRITE_ONCE(mm->transit, 1);
	WRITE_ONCE(mm->cpu_cid, 1);
}

void get(struct mm *mm)
{
	int cid, transit = 1;

	cid = READ_ONCE(mm->cpu_cid);
	if (cid)
		transit = READ_ONCE(mm->transit);
}

exists (get:cid = 1 /\ get:transit = 0)
