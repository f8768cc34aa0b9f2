/* Barriers made of others. An argument of type lvalue is a macro's: the place itself; a scalar_t has any type. */

/* include/asm-generic/barrier.h */
void smp_store_mb(lvalue var, scalar_t value) { WRITE_ONCE(var, value); smp_mb(); }
void virt_store_mb(lvalue var, scalar_t value) { WRITE_ONCE(var, value); smp_mb(); }
void virt_store_release(scalar_t *p, scalar_t value) { smp_store_release(p, value); }
scalar_t virt_load_acquire(scalar_t *p) { return smp_load_acquire(p); }
