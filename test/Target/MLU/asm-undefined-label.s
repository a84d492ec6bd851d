# RUN: not onnc-mc %s 2>&1 | FileCheck %s
# CHECK: asm-undefined-label.s:[[#@LINE+2]]:8: error: undefined label 'nowhere'
  NOP
  JUMP nowhere
