/* The mode is stored before the requests are looked at; srcu_read_unlock() in between is made a full barrier. */
DEFINE_SRCU(srcu);
int mode, requests;

void enter_guest(void)
{
	int i = srcu_read_lock(&srcu);
	int pending;

	WRITE_ONCE(mode, 1);
	srcu_read_unlock(&srcu, i);
	smp_mb__after_srcu_read_unlock();
	pending = READ_ONCE(requests);
}

void kick(void)
{
	int seen;

	WRITE_ONCE(requests, 1);
	smp_mb();
	seen = READ_ONCE(mode);
}
exists (enter_guest:pending == 0 && kick:seen == 0)
