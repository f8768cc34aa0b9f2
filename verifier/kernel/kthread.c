/*
 * Kernel threads. A function that asks kthread_should_stop() is one's own, and calls kthread_exit() where it returns.
 */

/* kernel/kthread.c: the bit KTHREAD_SHOULD_STOP */
bool kthread_should_stop(void) { return test_bit(1, &current->kthread_flags); }

/* kernel/kthread.c: the bit KTHREAD_SHOULD_PARK; who sets it is not modelled */
bool kthread_should_park(void) { return test_bit(2, &current->kthread_flags); }

/* kernel/kthread.c: the completion of the thread's end is a hand-over here */
void kthread_exit(int result) { __hand_over(&current->kthread_exited, 1); }

/* kernel/kthread.c: wakes the thread and waits for its end */
int kthread_stop(struct task_struct *k)
{
	set_bit(1, &k->kthread_flags);
	wake_up_process(k);
	while (!__take_over(&k->kthread_exited))
		;
	return 0;
}
