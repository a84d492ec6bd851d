/*===- harness.c - Runs a model on inputs from files ---------------*- C -*-===*
|*
|* Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/
#include "harness.h"

/*===-- Semihosting: "Semihosting for AArch32 and AArch64", Arm ------------===*/

enum {
  SYS_OPEN = 0x01,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_FLEN = 0x0C,
  SYS_GET_CMDLINE = 0x15,
  SYS_EXIT_EXTENDED = 0x20,
};
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
enum { STOPPED_APPLICATION_EXIT = 0x20026 };

static uint32_t callHost(uint32_t operation, const uint32_t *parameters) {
  register uint32_t r0 __asm__("r0") = operation;
  register const uint32_t *r1 __asm__("r1") = parameters;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

/*===-- Files in the directory of the command line -------------------------===*/

enum { MAX_DIRECTORY = 1024, MAX_NAME = 16, INVALID = -1 };
static char path[MAX_DIRECTORY + MAX_NAME];
static uint32_t directoryLength;

static int readCommandLine(void) {
  uint32_t parameters[] = {(uint32_t)path, MAX_DIRECTORY};
  if (callHost(SYS_GET_CMDLINE, parameters) != 0)
    return 0;
  while (directoryLength < MAX_DIRECTORY && path[directoryLength])
    ++directoryLength;
  path[directoryLength++] = '/';
  return 1;
}

static uint32_t openFile(const char *name, uint32_t mode) {
  uint32_t length = directoryLength;
  while ((path[length] = *name++))
    ++length;
  uint32_t parameters[] = {(uint32_t)path, mode, length};
  return callHost(SYS_OPEN, parameters);
}

/* SYS_READ and SYS_WRITE return how many bytes they did not transfer. */
static int transfer(uint32_t operation, uint32_t file, void *data,
                    uint32_t bytes) {
  uint32_t parameters[] = {file, (uint32_t)data, bytes};
  return callHost(operation, parameters) == 0;
}

static uint32_t getLength(uint32_t file) {
  uint32_t parameters[] = {file};
  return callHost(SYS_FLEN, parameters);
}

/*===-- The end ------------------------------------------------------------===*/

static struct status status = {.magic = STATUS_MAGIC};

void onnc_finish(enum state state, uint32_t pc, uint32_t lr, uint32_t cause) {
  /* What a fault left of .data is unknown. */
  status.magic = STATUS_MAGIC;
  status.state = state;
  status.pc = pc;
  status.lr = lr;
  status.cause = cause;
  uint32_t file = openFile("status", MODE_WRITE_BINARY);
  transfer(SYS_WRITE, file, &status, sizeof status);
  uint32_t parameters[] = {STOPPED_APPLICATION_EXIT, state != DONE};
  callHost(SYS_EXIT_EXTENDED, parameters);
  for (;;)
    ;
}

static void finishIf(int condition, enum state state) {
  if (condition)
    onnc_finish(state, 0, 0, 0);
}

/*===-- The stack's depth --------------------------------------------------===*/

/* Free stack is painted; what a run wrote over shows how deep it went. The
   lowest words are a guard that nothing may reach at all. */
enum { PAINT = 0x5AA5A55A, GUARD_WORDS = 4 };

static uint32_t *getStackPointer(void) {
  uint32_t *sp;
  __asm__ volatile("mov %0, sp" : "=r"(sp));
  return sp;
}

/* Not in C: a compiler may read sp before it pushes what it will pop. */
__attribute__((naked, noinline)) static void paintStack(void) {
  __asm__ volatile(".syntax unified\n\t"
                   "ldr r0, =onnc_stack_begin\n\t"
                   "ldr r1, =0x5AA5A55A\n\t"
                   "mov r2, sp\n"
                   "1:\tstr r1, [r0]\n\t"
                   "adds r0, #4\n\t"
                   "cmp r0, r2\n\t"
                   "blo 1b\n\t"
                   "bx lr\n\t"
                   ".ltorg");
}

static int isGuardIntact(void) {
  for (int i = 0; i < GUARD_WORDS; ++i)
    if (((volatile uint32_t *)onnc_stack_begin)[i] != PAINT)
      return 0;
  return 1;
}

static uint32_t measureStack(const uint32_t *top) {
  const volatile uint32_t *p = onnc_stack_begin;
  while (p < top && *p == PAINT)
    ++p;
  return (uint32_t)((const char *)top - (const char *)p);
}

/*===-- Runs ---------------------------------------------------------------===*/

static uint32_t getBytes(const struct array *arrays, uint32_t count) {
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < count; ++i)
    bytes += arrays[i].bytes;
  return bytes;
}

static int transferAll(uint32_t operation, uint32_t file,
                       const struct array *arrays, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    if (!transfer(operation, file, arrays[i].data, arrays[i].bytes))
      return 0;
  return 1;
}

int onnc_main(void) {
  finishIf(!readCommandLine(), FILE_ERROR);
  uint32_t in = openFile("inputs", MODE_READ_BINARY);
  uint32_t out = openFile("outputs", MODE_WRITE_BINARY);
  finishIf(in == (uint32_t)INVALID || out == (uint32_t)INVALID, FILE_ERROR);
  uint32_t stride = getBytes(onnc_inputs, onnc_num_inputs);
  uint32_t left = getLength(in);
  /* A model without inputs runs once. */
  while (left != 0 || (stride == 0 && status.runs == 0)) {
    left -= stride;
    finishIf(!transferAll(SYS_READ, in, onnc_inputs, onnc_num_inputs),
             FILE_ERROR);
    if (status.runs == 0)
      paintStack();
    uint32_t *top = getStackPointer();
    onnc_call();
    if (status.runs == 0)
      status.stack = measureStack(top);
    finishIf(!isGuardIntact(), STACK_OVERFLOW);
    finishIf(!transferAll(SYS_WRITE, out, onnc_outputs, onnc_num_outputs),
             FILE_ERROR);
    ++status.runs;
  }
  onnc_finish(DONE, 0, 0, 0);
  return 0;
}
