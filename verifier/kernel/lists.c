/* Lists without a lock. Those of struct list_head are not here: their heads point to themselves while they are empty. */

/* include/linux/llist.h and lib/llist.c: a loop of cmpxchg(), which is a full barrier when it succeeds */
bool llist_add(struct llist_node *new, struct llist_head *head)
{
	struct llist_node *first;
	do {
		first = READ_ONCE(head->first);
		WRITE_ONCE(new->next, first);
	} while (cmpxchg(&head->first, first, new) != first);
	return first == NULL;
}

/* include/linux/llist.h */
struct llist_node *llist_del_all(struct llist_head *head) { return xchg(&head->first, NULL); }
bool llist_empty(struct llist_head *head) { return READ_ONCE(head->first) == NULL; }
