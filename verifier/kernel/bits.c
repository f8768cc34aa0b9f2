/*
 * Bit operations that are not atomic, and those that are made of others. The atomic ones are known by their
 * names; a body that calls its own name means that one. __bit(nr): the mask of a bit in the first word.
 */

/* include/asm-generic/bitops/non-atomic.h: plain accesses */
void __set_bit(expression nr, unsigned long *p) { *p |= __bit(nr); }
void __clear_bit(expression nr, unsigned long *p) { *p &= ~__bit(nr); }
void __change_bit(expression nr, unsigned long *p) { *p ^= __bit(nr); }
int __test_and_set_bit(expression nr, unsigned long *p)
{
	unsigned long mask = __bit(nr), old = *p;
	*p = old | mask;
	return (old & mask) != 0;
}
int __test_and_clear_bit(expression nr, unsigned long *p)
{
	unsigned long mask = __bit(nr), old = *p;
	*p = old & ~mask;
	return (old & mask) != 0;
}
int __test_and_change_bit(expression nr, unsigned long *p)
{
	unsigned long mask = __bit(nr), old = *p;
	*p = old ^ mask;
	return (old & mask) != 0;
}

/* include/asm-generic/bitops/lock.h: a plain read, and a store-release of what it leaves */
void __clear_bit_unlock(expression nr, unsigned long *p)
{
	unsigned long old = READ_ONCE(*p);
	smp_store_release(p, old & ~__bit(nr));
}

/* include/linux/bitops.h */
void assign_bit(expression nr, unsigned long *p, bool value)
{
	if (value)
		set_bit(nr, p);
	else
		clear_bit(nr, p);
}
void __assign_bit(expression nr, unsigned long *p, bool value)
{
	if (value)
		__set_bit(nr, p);
	else
		__clear_bit(nr, p);
}

/* include/asm-generic/bitops/atomic.h, 4.19 to 5.19: a bit that is as wanted is only read, without order */
int test_and_set_bit(int nr, unsigned long *p)
{
	if (test_bit(nr, p))
		return 1;
	return test_and_set_bit(nr, p);
}
int test_and_clear_bit(int nr, unsigned long *p)
{
	if (!test_bit(nr, p))
		return 0;
	return test_and_clear_bit(nr, p);
}

/* include/asm-generic/bitops/lock.h: a bit that is set is only read, without order */
int test_and_set_bit_lock(int nr, unsigned long *p)
{
	if (test_bit(nr, p))
		return 1;
	return test_and_set_bit_lock(nr, p);
}

/* include/linux/cpumask.h: a bit for each CPU */
void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask) { set_bit(cpu, &mask->bits); }
void cpumask_clear_cpu(int cpu, struct cpumask *mask) { clear_bit(cpu, &mask->bits); }
bool cpumask_test_cpu(int cpu, const struct cpumask *mask) { return test_bit(cpu, &mask->bits); }
bool cpumask_test_and_set_cpu(int cpu, struct cpumask *mask) { return test_and_set_bit(cpu, &mask->bits); }
bool cpumask_test_and_clear_cpu(int cpu, struct cpumask *mask) { return test_and_clear_bit(cpu, &mask->bits); }

/* include/linux/bit_spinlock.h: a lock that is one bit of a word */
void bit_spin_lock(int nr, unsigned long *addr)
{
	if (__take_bit(nr, addr))
		__stop();
}
bool bit_spin_trylock(int nr, unsigned long *addr) { return !__take_bit(nr, addr); }
void bit_spin_unlock(int nr, unsigned long *addr) { __give_bit(nr, addr); }
bool bit_spin_is_locked(int nr, unsigned long *addr) { return test_bit(nr, addr); }

/* include/linux/bit_spinlock.h: the other bits are those of who holds the lock */
void __bit_spin_unlock(int nr, unsigned long *addr)
{
	unsigned long old = READ_ONCE(*addr);
	__hand_over(addr, old & ~__bit(nr));
}

/* include/linux/list_bl.h */
void hlist_bl_lock(struct hlist_bl_head *b) { bit_spin_lock(0, &b->first); }
void hlist_bl_unlock(struct hlist_bl_head *b) { __bit_spin_unlock(0, &b->first); }

/* include/asm-generic/bitops/generic-non-atomic.h */
bool __test_bit(expression nr, unsigned long *p) { return (*p & __bit(nr)) != 0; }
