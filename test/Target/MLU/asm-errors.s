# Every error of the assembler has its line, column and a caret.
# RUN: not onnc-mc %s 2>&1 | FileCheck %s --strict-whitespace

# CHECK: asm-errors.s:[[#@LINE+3]]:3: error: unknown instruction 'VADD'
# CHECK-NEXT:   VADD.f16 $1, $2, $3
# CHECK-NEXT: {{^}}  ^
  VADD.f16 $1, $2, $3
# CHECK: asm-errors.s:[[#@LINE+1]]:6: error: VAV needs an element type: .f16, .f32, .i8, .i32
  VAV $1, $2, $3, $4
# CHECK: asm-errors.s:[[#@LINE+1]]:7: error: CONV needs an element type: .f16.f32, .f16.f16, .i8.i32
  CONV.f32.f32 $1, $2, $3
# CHECK: asm-errors.s:[[#@LINE+1]]:6: error: NOP has no element type
  NOP.f16
# CHECK: asm-errors.s:[[#@LINE+1]]:7: error: expected a register, $0 to $63
  SLI $64, 1
# CHECK: asm-errors.s:[[#@LINE+1]]:11: error: immediate '4294967296' exceeds 32 bits
  SLI $1, 4294967296
# CHECK: asm-errors.s:[[#@LINE+1]]:9: error: expected ','
  SLI $1
# CHECK: asm-errors.s:[[#@LINE+1]]:12: error: expected the end of the line
  SLI $1, 2, 3
# CHECK: asm-errors.s:[[#@LINE+1]]:9: error: expected a configuration register
  SETCI %in.d, 3
# CHECK: asm-errors.s:[[#@LINE+1]]:8: error: expected a token, @0 to @63
  MARK @64, dma
# CHECK: asm-errors.s:[[#@LINE+1]]:8: error: expected scalar, matrix, vector, dma or all
  SYNC cube, dma
# CHECK: asm-errors.s:[[#@LINE+1]]:12: error: expected %core or %cores
  SGET $1, %clock
twice:
# CHECK: asm-errors.s:[[#@LINE+1]]:1: error: label 'twice' is already defined
twice:
# CHECK: asm-errors.s:[[#@LINE+1]]:4: error: data before any .const
.u8 1
# CHECK: asm-errors.s:[[#@LINE+1]]:1: error: unknown directive '.text'
.text
# CHECK: asm-errors.s:[[#@LINE+1]]:13: error: unknown program 'q'
.launch "l" q
