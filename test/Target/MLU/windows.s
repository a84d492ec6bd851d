# Windows over a 3 x 3 x 2 tile with padding, and the quantizing instructions;
# expected values from an independent calculation.
# RUN: onnc-mc --run --outputs %s | FileCheck %s

# CHECK: output VPMAX: 1 2 5 6 13 14 17 18{{$}}
# CHECK: output VPAVG: 1 2 4 5 10 11 13 14{{$}}
# CHECK: output VPAVGP: 0.25 0.5 2 2.5 5 5.5 13 14{{$}}
# CHECK: output VPSUM: 1 2 8 10 20 22 52 56{{$}}
# CHECK: output DWCONV: 3 8 18 32 32 56 28 84{{$}}
# CHECK: output VWSUM: 1 3 5 7 5 11 13 15{{$}}
# CHECK: output VREQ: 5 -3 127 3{{$}}
# CHECK: output VREQC: 5 -23 127 16{{$}}
# CHECK: output VQNT: 3 5 7 9{{$}}
# CHECK: output VDQNT: 3 -4.5 127 2{{$}}

.memory 65536
.tensor output "VPMAX" f32 [8] f16 0x1000 [2]
.tensor output "VPAVG" f32 [8] f16 0x1040 [2]
.tensor output "VPAVGP" f32 [8] f16 0x1080 [2]
.tensor output "VPSUM" f32 [8] f32 0x10c0 [4]
.tensor output "DWCONV" f32 [8] f32 0x1100 [4]
.tensor output "VWSUM" f32 [8] f16 0x1140 [2]
.tensor output "VREQ" i32 [4] i8 0x1180 [1]
.tensor output "VREQC" i32 [4] i8 0x11c0 [1]
.tensor output "VQNT" i32 [4] i8 0x1200 [1]
.tensor output "VDQNT" f32 [4] f32 0x1240 [4]
.const 0
.f16 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
.const 64
.f16 -3, -2, -1, 0, 1, 2, 3, 4
.const 128
.u32 7, -8, 255, 5
.const 192
# 1/2, then 3.
.u32 1, 0, 2, 0
.u32 3, 0, 1, 0
.program main
  SETCI %in.h, 3
  SETCI %in.w, 3
  SETCI %in.c, 2
  SETCI %out.h, 2
  SETCI %out.w, 2
  SETCI %k.h, 2
  SETCI %k.w, 2
  SETCI %stride.h, 2
  SETCI %stride.w, 2
  SETCI %pad.t, 1
  SETCI %pad.l, 1
  SETCI %q.zero, 1
  SETCI %q.den, 2
  SETCI %q.scale, 0.5
  SLI $1, 256
  VLOAD $0, $0, $1
  SLI $10, 0
  SLI $11, 64
  SLI $12, 256
  SLI $13, 4
  SLI $15, 2
  SLI $17, 128
  SLI $18, 192
  SLI $20, 0x1000
  SLI $21, 64
  SYNC vector, dma
  VPMAX.f16 $12, $10
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VPAVG.f16 $12, $10
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VPAVGP.f16 $12, $10
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VPSUM.f16.f32 $12, $10
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  DWCONV.f16.f32 $12, $10, $11
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VWSUM.f16 $12, $10, $15, $13
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VREQ.i32.i8 $12, $17, $13
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VREQC.i32.i8 $12, $17, $18, $13, $15
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VQNT.f16.i8 $12, $10, $13
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  VDQNT.i32.f32 $12, $17, $13
  SYNC dma, vector
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  HALT
.launch "all" main
