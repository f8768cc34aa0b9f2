/* Barriers made of others. An argument of type lvalue is a macro's: the place itself. */

/* include/asm-generic/barrier.h */
void smp_store_mb(lvalue var, int value) { WRITE_ONCE(var, value); smp_mb(); }
void virt_store_mb(lvalue var, int value) { WRITE_ONCE(var, value); smp_mb(); }
void virt_store_release(int *p, int value) { smp_store_release(p, value); }
int virt_load_acquire(int *p) { return smp_load_acquire(p); }
