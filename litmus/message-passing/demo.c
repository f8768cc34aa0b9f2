/*
 * A driver publishes a packet and a statistics record. The packet's barriers pair. The statistics'
 * smp_wmb() does not: its reader forgot the smp_rmb(), and may count bytes of no packet.
 */
int packet, packet_ready;
int bytes, stats_valid;

void receive_packet(void)
{
	WRITE_ONCE(packet, 1500);
	smp_wmb();
	WRITE_ONCE(packet_ready, 1);
}

int poll_packet(void)
{
	if (!READ_ONCE(packet_ready))
		return 0;
	smp_rmb();
	return READ_ONCE(packet);
}

void update_stats(void)
{
	WRITE_ONCE(bytes, 1500);
	smp_wmb();
	WRITE_ONCE(stats_valid, 1);
}

int show_stats(void)
{
	if (!READ_ONCE(stats_valid))
		return 0;
	return READ_ONCE(bytes);
}
