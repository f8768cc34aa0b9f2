/* Wait queues: the entry goes on the queue under its lock, then comes set_current_state(). */

/* kernel/sched/wait.c */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry) { __set_current_state(TASK_RUNNING); }

/* kernel/sched/swait.c, until 4.18: renamed to prepare_to_swait_exclusive() */
void prepare_to_swait(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}

/* kernel/sched/swait.c, since 4.19 */
void prepare_to_swait_exclusive(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	WRITE_ONCE(current->state, TASK_INTERRUPTIBLE);
	smp_mb();
}

/* kernel/sched/swait.c */
void finish_swait(struct swait_queue_head *q, struct swait_queue *wait) { __set_current_state(TASK_RUNNING); }
