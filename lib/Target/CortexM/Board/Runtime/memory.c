/*===- memory.c - Memory functions ---------------------------------*- C -*-===*
|*
|* Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/
/* They are counted where a model calls them: words where both addresses allow
   it, in blocks that compile to ldm and stm, bytes elsewhere. */
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;
typedef struct {
  word words[4];
} __attribute__((may_alias)) block;

static int isWordAligned(const void *a, const void *b) {
  return (((uintptr_t)a | (uintptr_t)b) & 3) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  uint8_t *d = to;
  const uint8_t *s = from;
  if (isWordAligned(d, s)) {
    for (; size >= sizeof(block); size -= sizeof(block)) {
      *(block *)d = *(const block *)s;
      d += sizeof(block);
      s += sizeof(block);
    }
    for (; size >= 4; size -= 4) {
      *(word *)d = *(const word *)s;
      d += 4;
      s += 4;
    }
  }
  while (size--)
    *d++ = *s++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  uint8_t *d = to;
  const uint8_t *s = from;
  /* Upwards, nothing is read after it was overwritten. */
  if ((uintptr_t)d - (uintptr_t)s >= size)
    return memcpy(to, from, size);
  if (isWordAligned(d + size, s + size))
    for (; size >= 4; size -= 4)
      *(word *)(d + size - 4) = *(const word *)(s + size - 4);
  while (size--)
    d[size] = s[size];
  return to;
}

void *memset(void *to, int byte, size_t size) {
  uint8_t *d = to;
  if (isWordAligned(d, d)) {
    word value = (uint8_t)byte * 0x01010101u;
    for (; size >= sizeof(block); size -= sizeof(block)) {
      *(block *)d = (block){{value, value, value, value}};
      d += sizeof(block);
    }
  }
  while (size--)
    *d++ = (uint8_t)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const uint8_t *x = a, *y = b;
  for (; size; --size, ++x, ++y)
    if (*x != *y)
      return *x - *y;
  return 0;
}
