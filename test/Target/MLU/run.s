# A 1x1 convolution with bias, from NCHW FP32 on the host to NHWC FP16 and back.
# RUN: onnc-mc --run --outputs --reference-timing %s --csv=%t.csv --trace=%t.json | FileCheck %s
# RUN: FileCheck %s --check-prefix=CSV < %t.csv
# RUN: %python -m json.tool %t.json | FileCheck %s --check-prefix=TRACE
# RUN: sed '/SYNC matrix/d' %s | not onnc-mc --run - 2>&1 | FileCheck %s --check-prefix=RACE

# CHECK: mlu100: 2067 cycles (2.067 us)
# CHECK: 8 MACs FP16, 0 MACs INT8, 24 bytes loaded, 16 bytes stored, 256 bytes of DRAM traffic
# CHECK: host link: 24 bytes, 0.002 us besides
# CHECK: launch conv: 1 cores, 2067 cycles, roofline {{[0-9]+}}, critical path 2067
# CHECK: conv {{.*}} matrix 2, vector 0, loaded 24, stored 16
# CHECK: output y: 12.5 15.5 23 25
# CSV: launch,operator,cores,launch_cycles
# CSV: "conv","conv",1,2067,
# TRACE: "traceEvents"
# TRACE: "name": "conv"
# TRACE: "launch": "conv"
# RACE: launch 'conv': core 0, program 'main', pc 13 (CONVB.f16.f32 $6, $1, $1, $5): race: does not wait for the write by pc 2 at address 0
.machine mlu100
.memory 4096
.tensor input "x" f32 [1,2,1,2] f16 0x0 [0,2,0,4]
.tensor output "y" f32 [1,2,1,2] f32 0x200 [0,4,0,8]
.const 0x0
.f16 1,2,3,4
.const 0x100
.f16 0.5,1,-1,2
.const 0x140
.f32 10,20
.program main
.op "conv"
  SLI $1, 0
  SLI $2, 8
  VLOAD $1, $1, $2
  SLI $3, 0x100
  MLOAD $1, $3, $2
  SLI $4, 0x140
  SLI $5, 64
  VLOAD $5, $4, $2
  SETCI %in.w, 2
  SETCI %in.c, 2
  SETCI %out.w, 2
  SETCI %out.c, 2
  SYNC matrix, dma
  SLI $6, 128
  CONVB.f16.f32 $6, $1, $1, $5
  SYNC dma, matrix
  SLI $7, 0x200
  SLI $8, 16
  VSTORE $7, $6, $8
  HALT
.launch "conv" main
