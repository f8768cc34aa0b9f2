/* clear_bit() has no order: the next one that takes the bit may miss what was done under it. */
/* mbpair: thread A = count; thread B = count */
unsigned long word;
int counter;

void count(void)
{
	bit_spin_lock(0, &word);
	counter = counter + 1;
	clear_bit(0, &word);
}
~exists (counter == 1)
