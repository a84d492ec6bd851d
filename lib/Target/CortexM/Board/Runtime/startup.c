/*===- startup.c - From reset to the harness, and faults -----------*- C -*-===*
|*
|* Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
|* See LICENSE for license information.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/
#include "harness.h"

extern uint32_t onnc_data_load[], onnc_data_begin[], onnc_data_end[],
    onnc_bss_begin[], onnc_bss_end[];

void onnc_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  /* CPACR: full access to coprocessors 10 and 11, the FPU and MVE. */
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
  /* Not by memcpy and memset: what is linked of those is the model's. */
  const uint32_t *from = onnc_data_load;
  for (uint32_t *to = onnc_data_begin; to < onnc_data_end; ++to)
    *to = *from++;
  for (uint32_t *to = onnc_bss_begin; to < onnc_bss_end; ++to)
    *to = 0;
  onnc_main();
}

/* `frame` is where the stack stood. The core has pushed r0-r3, r12, lr, pc and
   the program status there, unless there was no room. */
__attribute__((used)) static void handleFault(const uint32_t *frame) {
  uint32_t cause = 0;
#if __ARM_ARCH > 6 && !defined(__ARM_ARCH_8M_BASE__)
  cause = *(volatile uint32_t *)0xE000ED28;
#endif
  if (frame < onnc_stack_begin || frame + 8 > onnc_stack_end)
    onnc_finish(STACK_OVERFLOW, 0, 0, cause);
  onnc_finish(FAULT, frame[6], frame[5], cause);
}

/* The stack may be what's broken: start a new one. */
__attribute__((naked)) static void onnc_fault(void) {
  __asm__ volatile("mrs r0, msp\n\t"
                   "ldr r1, =onnc_stack_end\n\t"
                   "mov sp, r1\n\t"
                   "bl handleFault\n\t"
                   ".ltorg");
}

/* The stack pointer, reset, NMI, HardFault, MemManage, BusFault, UsageFault,
   SecureFault; nothing else is enabled. */
__attribute__((section(".vectors"), used)) static const void *const vectors[16] =
    {onnc_stack_end, onnc_reset, onnc_fault, onnc_fault,
     onnc_fault,     onnc_fault, onnc_fault, onnc_fault};
