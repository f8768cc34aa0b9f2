/* Arithmetic of ring buffers. */

/* include/linux/circ_buf.h */
scalar_t CIRC_CNT(scalar_t head, scalar_t tail, scalar_t size) { return (head - tail) & (size - 1); }
scalar_t CIRC_SPACE(scalar_t head, scalar_t tail, scalar_t size) { return (tail - (head + 1)) & (size - 1); }
