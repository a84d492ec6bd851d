/*===- harness.h - What the parts of the harness share -------------*- C -*-===*
|*
|* Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/
/* The harness runs a model as often as the inputs file has inputs for it. Host
   and harness agree on files in one directory, whose path is the command line:
   "inputs" and "outputs" hold the arrays of each run one after another, "status"
   a struct status. */
#ifndef ONNC_HARNESS_H
#define ONNC_HARNESS_H

#include <stddef.h>
#include <stdint.h>

struct array {
  void *data;
  uint32_t bytes;
};

/* Made for each model: its arguments, and a call of it. */
extern const struct array onnc_inputs[], onnc_outputs[];
extern const uint32_t onnc_num_inputs, onnc_num_outputs;
void onnc_call(void);

enum state { DONE = 1, FAULT, STACK_OVERFLOW, FILE_ERROR };

/* Written at the end, whatever the end was. Emulator.cpp reads it. */
struct status {
  uint32_t magic; /* STATUS_MAGIC */
  uint32_t state;
  uint32_t runs;  /* complete ones */
  uint32_t stack; /* bytes that the first run needed at most */
  uint32_t pc;    /* of the instruction that faulted, 0 if unknown */
  uint32_t lr;
  uint32_t cause; /* the configurable fault status register, 0 on Armv6-M */
};
#define STATUS_MAGIC 0x434e4e4fu

int onnc_main(void);
/* Writes the status and ends the emulation. */
void onnc_finish(enum state state, uint32_t pc, uint32_t lr, uint32_t cause);

/* From the linker script. The stack grows from its end towards its begin. */
extern uint32_t onnc_stack_begin[], onnc_stack_end[];

#endif
