#include "add.h"

void add_run(void *arena, const float *a, const float *b, float *y) {
  (void)arena;
  for (int i = 0; i < 8; ++i)
    y[i] = a[i] + b[i];
}
