# The code object is an ELF file that LLVM's tools read, and reads back the same.
# RUN: onnc-mc --filetype=obj %s -o %t.mlu
# RUN: onnc-mc --filetype=obj %s -o %t.2.mlu
# RUN: cmp %t.mlu %t.2.mlu
# RUN: llvm-readelf -hSn %t.mlu | FileCheck %s --check-prefix=ELF
# RUN: onnc-mc -d %t.mlu > %t.s
# RUN: FileCheck %s --check-prefix=ASM < %t.s
# RUN: onnc-mc --filetype=obj %t.s -o %t.3.mlu
# RUN: cmp %t.mlu %t.3.mlu

# ELF: Class: ELF64
# ELF: Type: EXEC
# ELF: Machine: 4d4c
# ELF: Flags: 0x1
# ELF: .text.first PROGBITS {{.*}} AX
# ELF: .text.second PROGBITS
# ELF: .const PROGBITS 0000000000000100 {{.*}} 000008 00 A
# ELF: .note.mlu NOTE
# ELF: ONNC {{.*}}0x00004d01
# ELF: ONNC {{.*}}0x00004d04

# ASM: .machine mlu100-measured
# ASM-NEXT: .memory 4096
# ASM-NEXT: .range "weights" 0x100, 8
# ASM-NEXT: .tensor input "x" f32 [1,2] f16 0x0 [0,2]
# ASM-NEXT: .const 0x100
# ASM-NEXT: .u8 0,60,0,64,0,0,128,63
# ASM-NEXT: .program first
# ASM-NEXT: .op "a"
# ASM-NEXT: L0:
# ASM-NEXT: SLI $1, 1065353216
# ASM-NEXT: .op "b"
# ASM-NEXT: CB $1, L0
# ASM-NEXT: .op{{$}}
# ASM-NEXT: HALT
# ASM-NEXT: .program second
# ASM-NEXT: HALT
# ASM-NEXT: .launch "block" first*3, second
.machine mlu100-measured
.memory 0x1000
.range "weights" 0x100, 8
.tensor input "x" f32 [1,2] f16 0 [0,2]
.const 0x100
.f16 1, 2
.f32 1
.program first
.op "a"
again:
  SLI $1, 1.0
.op "b"
  CB $1, again
.op
  HALT
.program second
  HALT
.launch "block" first*3, second
