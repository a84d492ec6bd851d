/* The dot product of x and constants by way of the arena, and a copy of x. How
   long it takes depends on the first element. */
#include "sum.h"
#include <string.h>

static const int8_t weights[16] = {1, -1, 2, -2, 3, -3, 4, -4,
                                   5, -5, 6, -6, 7, -7, 8, -8};

__attribute__((noinline)) static void multiply(int32_t *products,
                                               const int8_t *x) {
  for (int i = 0; i < 16; ++i)
    products[i] = x[i] * weights[i];
}

void sum_run(void *arena, const int8_t *x, int32_t *total, int8_t *copy) {
  int32_t *products = arena;
  multiply(products, x);
  for (volatile int i = 0; i < x[0]; ++i)
    ;
  *total = 0;
  for (int i = 0; i < 16; ++i)
    *total += products[i];
  memcpy(copy, x, 16);
}
