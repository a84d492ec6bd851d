# What the vector instructions compute, one row of results each; expected
# values from an independent calculation.
# RUN: onnc-mc --run --outputs %s | FileCheck %s

# CHECK: output VAV.f32 $12, $10, $11, $13: 3 0 2.5 -0.5{{$}}
# CHECK: output VSV.f32 $12, $10, $11, $13: -1 -4 4.5 0.5{{$}}
# CHECK: output VSS.f32 $12, $10, $14, $13: 0.5 -2.5 3 -0.5{{$}}
# CHECK: output SSV.f32 $12, $14, $10, $13: -0.5 2.5 -3 0.5{{$}}
# CHECK: output VMVC.f32 $12, $10, $11, $13, $15: 2 -4 7 0{{$}}
# CHECK: output VDVR.f32 $12, $10, $11, $15, $15: 0.5 -1 1.75 0{{$}}
# CHECK: output SDV.f32 $12, $14, $11, $13: 0.25 0.25 -0.5 -1{{$}}
# CHECK: output VGTM.f32 $12, $10, $11, $13: 2 2 3.5 0{{$}}
# CHECK: output VLTMS.f32 $12, $10, $14, $13: 0.5 -2 0.5 0{{$}}
# CHECK: output VGT.f32 $12, $10, $11, $13: 0 0 1 1{{$}}
# CHECK: output VGES.f32 $12, $10, $14, $13: 1 0 1 0{{$}}
# CHECK: output VE.f32 $12, $10, $10, $13: 1 1 1 1{{$}}
# CHECK: output VAND.f32 $12, $10, $11, $13: 1 1 1 0{{$}}
# CHECK: output VXOR.f32 $12, $10, $11, $13: 0 0 0 1{{$}}
# CHECK: output VNOT.f32 $12, $10, $13: 0 0 0 1{{$}}
# CHECK: output VPOW.f32 $12, $10, $11, $13: 1 4 0.285714298 inf{{$}}
# CHECK: output SPOW.f32 $12, $14, $10, $13: 0.5 4 0.0883883461 1{{$}}
# CHECK: output VEXP.f32 $12, $10, $13: 2.71828175 0.135335281 33.1154518 1{{$}}
# CHECK: output VSIGM.f32 $12, $10, $13: 0.731058598 0.119202919 0.970687747 0.5{{$}}
# CHECK: output VTANH.f32 $12, $10, $13: 0.761594176 -0.964027584 0.998177886 0{{$}}
# CHECK: output VERF.f32 $12, $10, $13: 0.842700779 -0.995322287 0.999999285 0{{$}}
# CHECK: output VRELU.f32 $12, $10, $13: 1 0 3.5 0{{$}}
# CHECK: output VLRELU.f32 $12, $10, $14, $13: 1 -1 3.5 0{{$}}
# CHECK: output VSEL.f32 $12, $10, $11, $10, $13: 2 2 -1 0{{$}}
# CHECK: output VSUM.f32.f32 $12, $10, $15, $15: -1 3.5{{$}}
# CHECK: output VMAX.f32 $12, $10, $15, $15: 1 3.5{{$}}
# CHECK: output VCSUM.f32.f32 $12, $10, $15, $15: 4.5 -2{{$}}
# CHECK: output VCMIN.f32 $12, $10, $15, $15: 1 -2{{$}}
# CHECK: output VDOT.f32.f32 $12, $10, $11, $13: -5.5{{$}}
# CHECK: output VTRANS.f32 $12, $10, $15, $15: 1 3.5 -2 0{{$}}
# CHECK: output VFILL.f32 $12, $13, $14: 0.5 0.5 0.5 0.5{{$}}
# CHECK: output MAM.f32 $12, $10, $11, $13: 3 0 2.5 -0.5{{$}}
# CHECK: output MMS.f32 $12, $10, $14, $13: 0.5 -1 1.75 0{{$}}
# CHECK: output VROUND.f32 $12, $10, $13: 1 -2 4 0{{$}}
# CHECK: output VFLOOR.f32 $12, $10, $13: 1 -2 3 0{{$}}
# CHECK: output VARGMAX.f32.i32 $12, $10, $15, $15: 0 0{{$}}
# CHECK: output VCVT.f32.i32 $12, $10, $13: 1 -2 4 0{{$}}
# CHECK: output VCVTZ.f32.i32 $12, $10, $13: 1 -2 3 0{{$}}
# CHECK: output VAV.i32 $12, $17, $18, $13: 9 -5 -2147483648 5{{$}}
# CHECK: output VMV.i32 $12, $17, $18, $13: 14 -24 2147483647 0{{$}}
# CHECK: output VDV.i32 $12, $17, $18, $13: 3 -2 2147483647 0{{$}}
# CHECK: output VGTM.i32 $12, $17, $18, $13: 7 3 2147483647 5{{$}}
# CHECK: output VSUM.i32.i32 $12, $17, $15, $15: -1 -2147483644{{$}}
# CHECK: output VNEG.i32 $12, $17, $13: -7 8 -2147483647 -5{{$}}

.memory 65536
.tensor output "VAV.f32 $12, $10, $11, $13" f32 [4] f32 0x1000 [4]
.tensor output "VSV.f32 $12, $10, $11, $13" f32 [4] f32 0x1040 [4]
.tensor output "VSS.f32 $12, $10, $14, $13" f32 [4] f32 0x1080 [4]
.tensor output "SSV.f32 $12, $14, $10, $13" f32 [4] f32 0x10c0 [4]
.tensor output "VMVC.f32 $12, $10, $11, $13, $15" f32 [4] f32 0x1100 [4]
.tensor output "VDVR.f32 $12, $10, $11, $15, $15" f32 [4] f32 0x1140 [4]
.tensor output "SDV.f32 $12, $14, $11, $13" f32 [4] f32 0x1180 [4]
.tensor output "VGTM.f32 $12, $10, $11, $13" f32 [4] f32 0x11c0 [4]
.tensor output "VLTMS.f32 $12, $10, $14, $13" f32 [4] f32 0x1200 [4]
.tensor output "VGT.f32 $12, $10, $11, $13" f32 [4] f32 0x1240 [4]
.tensor output "VGES.f32 $12, $10, $14, $13" f32 [4] f32 0x1280 [4]
.tensor output "VE.f32 $12, $10, $10, $13" f32 [4] f32 0x12c0 [4]
.tensor output "VAND.f32 $12, $10, $11, $13" f32 [4] f32 0x1300 [4]
.tensor output "VXOR.f32 $12, $10, $11, $13" f32 [4] f32 0x1340 [4]
.tensor output "VNOT.f32 $12, $10, $13" f32 [4] f32 0x1380 [4]
.tensor output "VPOW.f32 $12, $10, $11, $13" f32 [4] f32 0x13c0 [4]
.tensor output "SPOW.f32 $12, $14, $10, $13" f32 [4] f32 0x1400 [4]
.tensor output "VEXP.f32 $12, $10, $13" f32 [4] f32 0x1440 [4]
.tensor output "VSIGM.f32 $12, $10, $13" f32 [4] f32 0x1480 [4]
.tensor output "VTANH.f32 $12, $10, $13" f32 [4] f32 0x14c0 [4]
.tensor output "VERF.f32 $12, $10, $13" f32 [4] f32 0x1500 [4]
.tensor output "VRELU.f32 $12, $10, $13" f32 [4] f32 0x1540 [4]
.tensor output "VLRELU.f32 $12, $10, $14, $13" f32 [4] f32 0x1580 [4]
.tensor output "VSEL.f32 $12, $10, $11, $10, $13" f32 [4] f32 0x15c0 [4]
.tensor output "VSUM.f32.f32 $12, $10, $15, $15" f32 [2] f32 0x1600 [4]
.tensor output "VMAX.f32 $12, $10, $15, $15" f32 [2] f32 0x1640 [4]
.tensor output "VCSUM.f32.f32 $12, $10, $15, $15" f32 [2] f32 0x1680 [4]
.tensor output "VCMIN.f32 $12, $10, $15, $15" f32 [2] f32 0x16c0 [4]
.tensor output "VDOT.f32.f32 $12, $10, $11, $13" f32 [1] f32 0x1700 [4]
.tensor output "VTRANS.f32 $12, $10, $15, $15" f32 [4] f32 0x1740 [4]
.tensor output "VFILL.f32 $12, $13, $14" f32 [4] f32 0x1780 [4]
.tensor output "MAM.f32 $12, $10, $11, $13" f32 [4] f32 0x17c0 [4]
.tensor output "MMS.f32 $12, $10, $14, $13" f32 [4] f32 0x1800 [4]
.tensor output "VROUND.f32 $12, $10, $13" f32 [4] f32 0x1840 [4]
.tensor output "VFLOOR.f32 $12, $10, $13" f32 [4] f32 0x1880 [4]
.tensor output "VARGMAX.f32.i32 $12, $10, $15, $15" i32 [2] i32 0x18c0 [4]
.tensor output "VCVT.f32.i32 $12, $10, $13" i32 [4] i32 0x1900 [4]
.tensor output "VCVTZ.f32.i32 $12, $10, $13" i32 [4] i32 0x1940 [4]
.tensor output "VAV.i32 $12, $17, $18, $13" i32 [4] i32 0x1980 [4]
.tensor output "VMV.i32 $12, $17, $18, $13" i32 [4] i32 0x19c0 [4]
.tensor output "VDV.i32 $12, $17, $18, $13" i32 [4] i32 0x1a00 [4]
.tensor output "VGTM.i32 $12, $17, $18, $13" i32 [4] i32 0x1a40 [4]
.tensor output "VSUM.i32.i32 $12, $17, $15, $15" i32 [2] i32 0x1a80 [4]
.tensor output "VNEG.i32 $12, $17, $13" i32 [4] i32 0x1ac0 [4]
.const 0
.f32 1, -2, 3.5, 0
.const 64
.f32 2, 2, -1, -0.5
.const 128
.u32 7, -8, 2147483647, 5
.const 192
.u32 2, 3, 1, 0
.program main
  SLI $1, 256
  VLOAD $0, $0, $1
  SLI $10, 0
  SLI $11, 64
  SLI $12, 256
  SLI $13, 4
  SLI $14, 0.5
  SLI $15, 2
  SLI $17, 128
  SLI $18, 192
  SLI $20, 0x1000
  SLI $21, 64
  SYNC vector, dma
  SYNC matrix, dma
  VAV.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSV.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSS.f32 $12, $10, $14, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  SSV.f32 $12, $14, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VMVC.f32 $12, $10, $11, $13, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VDVR.f32 $12, $10, $11, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  SDV.f32 $12, $14, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VGTM.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VLTMS.f32 $12, $10, $14, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VGT.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VGES.f32 $12, $10, $14, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VE.f32 $12, $10, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VAND.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VXOR.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VNOT.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VPOW.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  SPOW.f32 $12, $14, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VEXP.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSIGM.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VTANH.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VERF.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VRELU.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VLRELU.f32 $12, $10, $14, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSEL.f32 $12, $10, $11, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSUM.f32.f32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VMAX.f32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VCSUM.f32.f32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VCMIN.f32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VDOT.f32.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VTRANS.f32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VFILL.f32 $12, $13, $14
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  MAM.f32 $12, $10, $11, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  MMS.f32 $12, $10, $14, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VROUND.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VFLOOR.f32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VARGMAX.f32.i32 $12, $10, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VCVT.f32.i32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VCVTZ.f32.i32 $12, $10, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VAV.i32 $12, $17, $18, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VMV.i32 $12, $17, $18, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VDV.i32 $12, $17, $18, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VGTM.i32 $12, $17, $18, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VSUM.i32.i32 $12, $17, $15, $15
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  VNEG.i32 $12, $17, $13
  SYNC dma, vector
  SYNC dma, matrix
  VSTORE $20, $12, $21
  SADDI $20, $20, 64
  SYNC vector, dma
  SYNC matrix, dma
  HALT
.launch "all" main
