/*
 * Lists. A ring of struct list_head begins and ends with its head; what walks one, and what finds an entry, are macros
 * (program/lists.py). __list() and __chain() say that a list from outside is empty at first, __known() that where a
 * link leads has to be known.
 */

/* include/linux/list.h */
void INIT_LIST_HEAD(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	WRITE_ONCE(list->prev, list);
}
int list_empty(struct list_head *head) { return READ_ONCE(head->next) == head; }
int list_is_first(struct list_head *list, struct list_head *head) { return list->prev == head; }
int list_is_last(struct list_head *list, struct list_head *head) { return list->next == head; }
int list_is_head(struct list_head *list, struct list_head *head) { return list == head; }
int list_is_singular(struct list_head *head) { return !list_empty(head) && head->next == head->prev; }
void __list_add(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	__known(prev);
	__known(next);
	next->prev = new;
	new->next = next;
	new->prev = prev;
	WRITE_ONCE(prev->next, new);
}
void list_add(struct list_head *new, struct list_head *head)
{
	__list(head);
	__list_add(new, head, head->next);
}
void list_add_tail(struct list_head *new, struct list_head *head)
{
	__list(head);
	__list_add(new, head->prev, head);
}
void __list_del(struct list_head *prev, struct list_head *next)
{
	__known(prev);
	__known(next);
	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}
void __list_del_entry(struct list_head *entry) { __list_del(entry->prev, entry->next); }
void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}
void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}
void list_move(struct list_head *list, struct list_head *head)
{
	__list_del_entry(list);
	list_add(list, head);
}
void list_move_tail(struct list_head *list, struct list_head *head)
{
	__list_del_entry(list);
	list_add_tail(list, head);
}

void list_replace(struct list_head *old, struct list_head *new)
{
	struct list_head *next = old->next;
	struct list_head *prev = old->prev;

	__known(next);
	__known(prev);
	new->next = next;
	next->prev = new;
	new->prev = prev;
	prev->next = new;
}
void list_replace_init(struct list_head *old, struct list_head *new)
{
	list_replace(old, new);
	INIT_LIST_HEAD(old);
}
void __list_splice(struct list_head *list, struct list_head *prev, struct list_head *next)
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;

	__known(first);
	__known(last);
	__known(prev);
	__known(next);
	first->prev = prev;
	prev->next = first;
	last->next = next;
	next->prev = last;
}
void list_splice(struct list_head *list, struct list_head *head)
{
	__list(head);
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}
void list_splice_tail(struct list_head *list, struct list_head *head)
{
	__list(head);
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}
void list_splice_init(struct list_head *list, struct list_head *head)
{
	__list(head);
	if (!list_empty(list)) {
		__list_splice(list, head, head->next);
		INIT_LIST_HEAD(list);
	}
}
void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	__list(head);
	if (!list_empty(list)) {
		__list_splice(list, head->prev, head);
		INIT_LIST_HEAD(list);
	}
}

/* include/linux/list.h, since 5.9: list_del_init_careful() releases, and list_empty_careful() acquires */
void list_del_init_careful(struct list_head *entry)
{
	__list_del_entry(entry);
	WRITE_ONCE(entry->prev, entry);
	smp_store_release(&entry->next, entry);
}
int list_empty_careful(struct list_head *head)
{
	struct list_head *next = smp_load_acquire(&head->next);
	return next == head && next == READ_ONCE(head->prev);
}

/* include/linux/list.h, until 5.8 */
int list_empty_careful(struct list_head *head)
{
	struct list_head *next = head->next;
	return next == head && next == head->prev;
}

/* include/linux/rculist.h: a new entry is whole before readers can find it, and one that is gone still leads on */
void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	WRITE_ONCE(list->prev, list);
}
void __list_add_rcu(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	__known(prev);
	__known(next);
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(prev->next, new);
	next->prev = new;
}
void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__list(head);
	__list_add_rcu(new, head, head->next);
}
void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__list(head);
	__list_add_rcu(new, head->prev, head);
}
void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}
void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	struct list_head *prev = old->prev;
	struct list_head *next = old->next;

	__known(prev);
	__known(next);
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(prev->next, new);
	next->prev = new;
	old->prev = LIST_POISON2;
}


/* include/linux/llist.h and lib/llist.c: a loop of cmpxchg(), which is a full barrier when it succeeds */
bool llist_add(struct llist_node *new, struct llist_head *head)
{
	struct llist_node *first;

	__chain(head);
	do {
		first = READ_ONCE(head->first);
		WRITE_ONCE(new->next, first);
	} while (cmpxchg(&head->first, first, new) != first);
	return first == NULL;
}

/* include/linux/llist.h */
struct llist_node *llist_del_all(struct llist_head *head) { return xchg(&head->first, NULL); }
bool llist_empty(struct llist_head *head) { return READ_ONCE(head->first) == NULL; }

/* include/linux/llist.h and lib/llist.c */
void init_llist_head(struct llist_head *list) { WRITE_ONCE(list->first, NULL); }
struct llist_node *llist_next(struct llist_node *node) { return node->next; }
bool llist_add_batch(struct llist_node *new_first, struct llist_node *new_last, struct llist_head *head)
{
	struct llist_node *first;

	__chain(head);
	do {
		first = READ_ONCE(head->first);
		WRITE_ONCE(new_last->next, first);
	} while (cmpxchg(&head->first, first, new_first) != first);
	return first == NULL;
}
struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *entry, *next;
	do {
		entry = smp_load_acquire(&head->first);
		if (entry == NULL)
			return NULL;
		next = READ_ONCE(entry->next);
	} while (cmpxchg(&head->first, entry, next) != entry);
	return entry;
}
struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *new_head = NULL;
	struct llist_node *tmp;
	while (head) {
		tmp = head;
		head = head->next;
		tmp->next = new_head;
		new_head = tmp;
	}
	return new_head;
}

/* include/linux/list.h: a chain that ends with NULL; pprev points to what points to the node */
void INIT_HLIST_NODE(struct hlist_node *h)
{
	WRITE_ONCE(h->next, NULL);
	WRITE_ONCE(h->pprev, NULL);
}
void INIT_HLIST_HEAD(struct hlist_head *h) { WRITE_ONCE(h->first, NULL); }
int hlist_empty(struct hlist_head *h) { return !READ_ONCE(h->first); }
int hlist_unhashed(struct hlist_node *h) { return !h->pprev; }
int hlist_unhashed_lockless(struct hlist_node *h) { return !READ_ONCE(h->pprev); }
void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first;

	__chain(h);
	first = h->first;
	__known(first);
	WRITE_ONCE(n->next, first);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
	WRITE_ONCE(h->first, n);
	WRITE_ONCE(n->pprev, &h->first);
}
void __hlist_del(struct hlist_node *n)
{
	struct hlist_node *next = n->next;
	struct hlist_node **pprev = n->pprev;

	__known(next);
	__known(pprev);
	WRITE_ONCE(*pprev, next);
	if (next)
		WRITE_ONCE(next->pprev, pprev);
}
void hlist_del(struct hlist_node *n)
{
	__hlist_del(n);
	n->next = LIST_POISON1;
	n->pprev = LIST_POISON2;
}
void hlist_del_init(struct hlist_node *n)
{
	if (!hlist_unhashed(n)) {
		__hlist_del(n);
		INIT_HLIST_NODE(n);
	}
}

/* include/linux/rculist.h */
void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first;

	__chain(h);
	first = h->first;
	__known(first);
	n->next = first;
	WRITE_ONCE(n->pprev, &h->first);
	rcu_assign_pointer(h->first, n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}
void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, LIST_POISON2);
}
void hlist_del_init_rcu(struct hlist_node *n)
{
	if (!hlist_unhashed(n)) {
		__hlist_del(n);
		WRITE_ONCE(n->pprev, NULL);
	}
}
