/*
 * _bh keeps softirqs away and lets hard interrupts in. The timer callback can't come while the lock is
 * held; a hard interrupt handler that takes it would wait for ever.
 */
/* mbpair: softirq retransmit on send */
DEFINE_SPINLOCK(sock_lock);
int unacked;

void send(void)
{
	spin_lock_bh(&sock_lock);
	unacked = 1;
	spin_unlock_bh(&sock_lock);
}

void retransmit(struct timer_list *timer)
{
	spin_lock(&sock_lock);
	unacked = 0;
	spin_unlock(&sock_lock);
}
