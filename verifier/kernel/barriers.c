/* Barriers made of others. An argument of type lvalue is a macro's: the place itself. */

/* include/asm-generic/barrier.h, since 4.2 */
void smp_store_mb(lvalue var, int value) { WRITE_ONCE(var, value); smp_mb(); }

/* include/asm-generic/barrier.h, until 4.1: renamed to smp_store_mb() */
void set_mb(lvalue var, int value) { WRITE_ONCE(var, value); smp_mb(); }
