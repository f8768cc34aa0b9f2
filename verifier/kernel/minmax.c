/* Macros of values. */

/* include/linux/minmax.h */
void swap(lvalue a, lvalue b) { scalar_t old = a; a = b; b = old; }
