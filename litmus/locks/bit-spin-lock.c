/* One bit of a word is the lock of the others: who takes it sees all that was done under it before. */
/* mbpair: thread A = count; thread B = count */
unsigned long word;
int counter;

void count(void)
{
	bit_spin_lock(0, &word);
	counter = counter + 1;
	bit_spin_unlock(0, &word);
}
~exists (counter == 1)
