/* Arithmetic of ring buffers. */

/* include/linux/circ_buf.h */
int CIRC_CNT(int head, int tail, int size) { return (head - tail) & (size - 1); }
int CIRC_SPACE(int head, int tail, int size) { return (tail - (head + 1)) & (size - 1); }
