/*===- icount.c - QEMU plugin that counts instructions -------------*- C -*-===*
|*
|* Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/
/* Counts the instructions that are executed from the entry of a function until
   its return, exactly, each time it is called.

     -plugin libonnc-icount.so,begin=0x…,end=0x…,out=FILE

   `begin` is the function's address, `end` the address that it returns to. FILE
   gets a line "run N" for each call that returned, in their order, and at the
   end a line "block ADDRESS N" for each straight line of code: instructions
   executed there during all calls.

   Instructions are added up by translation block. Blocks start where branches
   lead, so that `begin` and `end` are starts of blocks; and nothing leaves the
   middle of one, as no interrupt is enabled and a fault ends the program.

   Debian packages no qemu-plugin.h; what is used of it is declared here, as of
   version 1 of the interface (QEMU 4.2 to 8.2). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/*===-- QEMU's interface ---------------------------------------------------===*/

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id,
    void (*callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_tb_exec_cb(
    struct qemu_plugin_tb *tb, void (*callback)(unsigned cpu, void *data),
    enum qemu_plugin_cb_flags flags, void *data);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb,
                                                     enum qemu_plugin_op op,
                                                     void *to, uint64_t value);
extern void qemu_plugin_register_atexit_cb(
    qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t id, void *data),
    void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

EXPORT int qemu_plugin_version = 1;

/*===-- Counting -----------------------------------------------------------===*/

struct block {
  struct block *next;
  uint64_t address;
  uint64_t size;     /* instructions */
  uint64_t executed; /* instructions, since the start */
  uint64_t before;   /* `executed` when the call began */
  uint64_t counted;  /* instructions during calls that returned */
};

static struct block *blocks;
static uint64_t begin, end;
static bool inCall;
static FILE *out;

/* Runs in place of the block's own addition, whose order is not defined. */
static void enterFunction(unsigned cpu, void *data) {
  struct block *entered = data;
  /* A function that calls itself returns to where it was called first. */
  if (!inCall) {
    for (struct block *b = blocks; b; b = b->next)
      b->before = b->executed;
    inCall = true;
  }
  entered->executed += entered->size;
}

static void leaveFunction(unsigned cpu, void *data) {
  if (!inCall)
    return;
  inCall = false;
  uint64_t total = 0;
  for (struct block *b = blocks; b; b = b->next) {
    uint64_t executed = b->executed - b->before;
    b->counted += executed;
    total += executed;
  }
  fprintf(out, "run %" PRIu64 "\n", total);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  struct block *b = calloc(1, sizeof *b);
  if (!b)
    abort();
  b->address = qemu_plugin_tb_vaddr(tb);
  b->size = qemu_plugin_tb_n_insns(tb);
  b->next = blocks;
  blocks = b;
  if (b->address == begin)
    qemu_plugin_register_vcpu_tb_exec_cb(tb, enterFunction,
                                         QEMU_PLUGIN_CB_NO_REGS, b);
  else if (b->address == end)
    qemu_plugin_register_vcpu_tb_exec_cb(tb, leaveFunction,
                                         QEMU_PLUGIN_CB_NO_REGS, b);
  else
    qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
                                             &b->executed, b->size);
}

static void finish(qemu_plugin_id_t id, void *data) {
  for (struct block *b = blocks; b; b = b->next)
    if (b->counted)
      fprintf(out, "block 0x%" PRIx64 " %" PRIu64 "\n", b->address, b->counted);
  fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
                               int argc, char **argv) {
  for (int i = 0; i < argc; ++i) {
    char *value = strchr(argv[i], '=');
    if (!value++)
      return 1;
    if (!strncmp(argv[i], "begin=", 6))
      begin = strtoull(value, NULL, 0);
    else if (!strncmp(argv[i], "end=", 4))
      end = strtoull(value, NULL, 0);
    else if (!strncmp(argv[i], "out=", 4))
      out = fopen(value, "w");
    else
      return 1;
  }
  if (!begin || !end || !out)
    return 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
