# Every instruction with every element type: its word, and the way back.
# RUN: onnc-mc --show-encoding %s | FileCheck %s
# RUN: onnc-mc %s > %t.1.s
# RUN: onnc-mc --filetype=obj %s -o %t.mlu
# RUN: onnc-mc -d %t.mlu > %t.2.s
# RUN: cmp %t.1.s %t.2.s
# RUN: onnc-mc %t.2.s > %t.3.s
# RUN: cmp %t.2.s %t.3.s

# CHECK: {{^}}  NOP  # encoding: 0x0000000000000000
  NOP
# CHECK: {{^}}  HALT  # encoding: 0x0100000000000000
  HALT
# CHECK: {{^}}  JUMP L{{[0-9]+}}  # encoding: 0x0200000000000001
  JUMP 1
# CHECK: {{^}}  CB $9, L{{[0-9]+}}  # encoding: 0x0300240000000001
  CB $9, 1
# CHECK: {{^}}  CBZ $9, L{{[0-9]+}}  # encoding: 0x0400240000000001
  CBZ $9, 1
# CHECK: {{^}}  SLI $9, 305419896  # encoding: 0x0500240012345678
  SLI $9, 305419896
# CHECK: {{^}}  SMOV $9, $18  # encoding: 0x0600252000000000
  SMOV $9, $18
# CHECK: {{^}}  SGET $9, %cores  # encoding: 0x0700248000000000
  SGET $9, %cores
# CHECK: {{^}}  SLOAD $9, $18, 305419896  # encoding: 0x0800252012345678
  SLOAD $9, $18, 305419896
# CHECK: {{^}}  SSTORE $9, $18, 305419896  # encoding: 0x0900252012345678
  SSTORE $9, $18, 305419896
# CHECK: {{^}}  SETC %pad.l, $9  # encoding: 0x0a00192400000000
  SETC %pad.l, $9
# CHECK: {{^}}  SETCI %pad.l, 305419896  # encoding: 0x0b00190012345678
  SETCI %pad.l, 305419896
# CHECK: {{^}}  SADD $9, $18, $27  # encoding: 0x10002526c0000000
  SADD $9, $18, $27
# CHECK: {{^}}  SSUB $9, $18, $27  # encoding: 0x11002526c0000000
  SSUB $9, $18, $27
# CHECK: {{^}}  SMUL $9, $18, $27  # encoding: 0x12002526c0000000
  SMUL $9, $18, $27
# CHECK: {{^}}  SDIV $9, $18, $27  # encoding: 0x13002526c0000000
  SDIV $9, $18, $27
# CHECK: {{^}}  SREM $9, $18, $27  # encoding: 0x14002526c0000000
  SREM $9, $18, $27
# CHECK: {{^}}  SMIN $9, $18, $27  # encoding: 0x15002526c0000000
  SMIN $9, $18, $27
# CHECK: {{^}}  SMAX $9, $18, $27  # encoding: 0x16002526c0000000
  SMAX $9, $18, $27
# CHECK: {{^}}  SAND $9, $18, $27  # encoding: 0x17002526c0000000
  SAND $9, $18, $27
# CHECK: {{^}}  SOR $9, $18, $27  # encoding: 0x18002526c0000000
  SOR $9, $18, $27
# CHECK: {{^}}  SXOR $9, $18, $27  # encoding: 0x19002526c0000000
  SXOR $9, $18, $27
# CHECK: {{^}}  SSHL $9, $18, $27  # encoding: 0x1a002526c0000000
  SSHL $9, $18, $27
# CHECK: {{^}}  SSHR $9, $18, $27  # encoding: 0x1b002526c0000000
  SSHR $9, $18, $27
# CHECK: {{^}}  SEQ $9, $18, $27  # encoding: 0x1c002526c0000000
  SEQ $9, $18, $27
# CHECK: {{^}}  SLT $9, $18, $27  # encoding: 0x1d002526c0000000
  SLT $9, $18, $27
# CHECK: {{^}}  SADDI $9, $18, 305419896  # encoding: 0x1e00252012345678
  SADDI $9, $18, 305419896
# CHECK: {{^}}  SMULI $9, $18, 305419896  # encoding: 0x1f00252012345678
  SMULI $9, $18, 305419896
# CHECK: {{^}}  SLTI $9, $18, 305419896  # encoding: 0x2000252012345678
  SLTI $9, $18, 305419896
# CHECK: {{^}}  SANDI $9, $18, 305419896  # encoding: 0x2100252012345678
  SANDI $9, $18, 305419896
# CHECK: {{^}}  SEQI $9, $18, 305419896  # encoding: 0x2200252012345678
  SEQI $9, $18, 305419896
# CHECK: {{^}}  MARK @42, dma  # encoding: 0x2800a98000000000
  MARK @42, dma
# CHECK: {{^}}  WAIT dma, @42  # encoding: 0x2900750000000000
  WAIT dma, @42
# CHECK: {{^}}  SYNC dma, all  # encoding: 0x2a00700000000000
  SYNC dma, all
# CHECK: {{^}}  BARRIER  # encoding: 0x2b00000000000000
  BARRIER
# CHECK: {{^}}  VLOAD $9, $18, $27  # encoding: 0x30002526c0000000
  VLOAD $9, $18, $27
# CHECK: {{^}}  VLOADS $9, $18, $27  # encoding: 0x31002526c0000000
  VLOADS $9, $18, $27
# CHECK: {{^}}  VSTORE $9, $18, $27  # encoding: 0x32002526c0000000
  VSTORE $9, $18, $27
# CHECK: {{^}}  VSTORES $9, $18, $27  # encoding: 0x33002526c0000000
  VSTORES $9, $18, $27
# CHECK: {{^}}  MLOAD $9, $18, $27  # encoding: 0x34002526c0000000
  MLOAD $9, $18, $27
# CHECK: {{^}}  MLOADS $9, $18, $27  # encoding: 0x35002526c0000000
  MLOADS $9, $18, $27
# CHECK: {{^}}  MSTORE $9, $18, $27  # encoding: 0x36002526c0000000
  MSTORE $9, $18, $27
# CHECK: {{^}}  MSTORES $9, $18, $27  # encoding: 0x37002526c0000000
  MSTORES $9, $18, $27
# CHECK: {{^}}  VLOADC $9, $18, $27  # encoding: 0x38002526c0000000
  VLOADC $9, $18, $27
# CHECK: {{^}}  VLOADCS $9, $18, $27  # encoding: 0x39002526c0000000
  VLOADCS $9, $18, $27
# CHECK: {{^}}  MLOADC $9, $18, $27  # encoding: 0x3a002526c0000000
  MLOADC $9, $18, $27
# CHECK: {{^}}  MLOADCS $9, $18, $27  # encoding: 0x3b002526c0000000
  MLOADCS $9, $18, $27
# CHECK: {{^}}  MMOVE $9, $18, $27  # encoding: 0x3c002526c0000000
  MMOVE $9, $18, $27
# CHECK: {{^}}  MMOVES $9, $18, $27  # encoding: 0x3d002526c0000000
  MMOVES $9, $18, $27
# CHECK: {{^}}  VMOVE $9, $18, $27  # encoding: 0x3e002526c0000000
  VMOVE $9, $18, $27
# CHECK: {{^}}  VMOVES $9, $18, $27  # encoding: 0x3f002526c0000000
  VMOVES $9, $18, $27
# CHECK: {{^}}  VTRANS.f16 $9, $18, $27, $36  # encoding: 0x40002526e4000000
  VTRANS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VTRANS.f32 $9, $18, $27, $36  # encoding: 0x40102526e4000000
  VTRANS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VTRANS.i8 $9, $18, $27, $36  # encoding: 0x40202526e4000000
  VTRANS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VTRANS.i32 $9, $18, $27, $36  # encoding: 0x40302526e4000000
  VTRANS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VFILL.f16 $9, $18, $27  # encoding: 0x41002526c0000000
  VFILL.f16 $9, $18, $27
# CHECK: {{^}}  VFILL.f32 $9, $18, $27  # encoding: 0x41102526c0000000
  VFILL.f32 $9, $18, $27
# CHECK: {{^}}  VFILL.i8 $9, $18, $27  # encoding: 0x41202526c0000000
  VFILL.i8 $9, $18, $27
# CHECK: {{^}}  VFILL.i32 $9, $18, $27  # encoding: 0x41302526c0000000
  VFILL.i32 $9, $18, $27
# CHECK: {{^}}  CONV.f16.f32 $9, $18, $27  # encoding: 0x48012526c0000000
  CONV.f16.f32 $9, $18, $27
# CHECK: {{^}}  CONV.f16.f16 $9, $18, $27  # encoding: 0x48002526c0000000
  CONV.f16.f16 $9, $18, $27
# CHECK: {{^}}  CONV.i8.i32 $9, $18, $27  # encoding: 0x48232526c0000000
  CONV.i8.i32 $9, $18, $27
# CHECK: {{^}}  CONVB.f16.f32 $9, $18, $27, $36  # encoding: 0x49012526e4000000
  CONVB.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  CONVB.f16.f16 $9, $18, $27, $36  # encoding: 0x49002526e4000000
  CONVB.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  CONVB.i8.i32 $9, $18, $27, $36  # encoding: 0x49232526e4000000
  CONVB.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  CONVA.f16.f32 $9, $18, $27, $36  # encoding: 0x4a012526e4000000
  CONVA.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  CONVA.f16.f16 $9, $18, $27, $36  # encoding: 0x4a002526e4000000
  CONVA.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  CONVA.i8.i32 $9, $18, $27, $36  # encoding: 0x4a232526e4000000
  CONVA.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  MMM.f16.f32 $9, $18, $27, $36, $45, $54  # encoding: 0x4b012526e4b76000
  MMM.f16.f32 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMM.f16.f16 $9, $18, $27, $36, $45, $54  # encoding: 0x4b002526e4b76000
  MMM.f16.f16 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMM.i8.i32 $9, $18, $27, $36, $45, $54  # encoding: 0x4b232526e4b76000
  MMM.i8.i32 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMMB.f16.f32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4c012526e4b76fc0
  MMMB.f16.f32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMB.f16.f16 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4c002526e4b76fc0
  MMMB.f16.f16 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMB.i8.i32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4c232526e4b76fc0
  MMMB.i8.i32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMA.f16.f32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4d012526e4b76fc0
  MMMA.f16.f32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMA.f16.f16 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4d002526e4b76fc0
  MMMA.f16.f16 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMA.i8.i32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4d232526e4b76fc0
  MMMA.i8.i32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMT.f16.f32 $9, $18, $27, $36, $45, $54  # encoding: 0x4e012526e4b76000
  MMMT.f16.f32 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMMT.f16.f16 $9, $18, $27, $36, $45, $54  # encoding: 0x4e002526e4b76000
  MMMT.f16.f16 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMMT.i8.i32 $9, $18, $27, $36, $45, $54  # encoding: 0x4e232526e4b76000
  MMMT.i8.i32 $9, $18, $27, $36, $45, $54
# CHECK: {{^}}  MMMTA.f16.f32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4f012526e4b76fc0
  MMMTA.f16.f32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMTA.f16.f16 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4f002526e4b76fc0
  MMMTA.f16.f16 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMMTA.i8.i32 $9, $18, $27, $36, $45, $54, $63  # encoding: 0x4f232526e4b76fc0
  MMMTA.i8.i32 $9, $18, $27, $36, $45, $54, $63
# CHECK: {{^}}  MMV.f16.f32 $9, $18, $27, $36, $45  # encoding: 0x50012526e4b40000
  MMV.f16.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  MMV.f16.f16 $9, $18, $27, $36, $45  # encoding: 0x50002526e4b40000
  MMV.f16.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  MMV.i8.i32 $9, $18, $27, $36, $45  # encoding: 0x50232526e4b40000
  MMV.i8.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMM.f16.f32 $9, $18, $27, $36, $45  # encoding: 0x51012526e4b40000
  VMM.f16.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMM.f16.f16 $9, $18, $27, $36, $45  # encoding: 0x51002526e4b40000
  VMM.f16.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMM.i8.i32 $9, $18, $27, $36, $45  # encoding: 0x51232526e4b40000
  VMM.i8.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  OP.f16.f32 $9, $18, $27, $36, $45  # encoding: 0x52012526e4b40000
  OP.f16.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  OP.f16.f16 $9, $18, $27, $36, $45  # encoding: 0x52002526e4b40000
  OP.f16.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  OP.i8.i32 $9, $18, $27, $36, $45  # encoding: 0x52232526e4b40000
  OP.i8.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  MAM.f16 $9, $18, $27, $36  # encoding: 0x53002526e4000000
  MAM.f16 $9, $18, $27, $36
# CHECK: {{^}}  MAM.f32 $9, $18, $27, $36  # encoding: 0x53102526e4000000
  MAM.f32 $9, $18, $27, $36
# CHECK: {{^}}  MSM.f16 $9, $18, $27, $36  # encoding: 0x54002526e4000000
  MSM.f16 $9, $18, $27, $36
# CHECK: {{^}}  MSM.f32 $9, $18, $27, $36  # encoding: 0x54102526e4000000
  MSM.f32 $9, $18, $27, $36
# CHECK: {{^}}  MMS.f16 $9, $18, $27, $36  # encoding: 0x55002526e4000000
  MMS.f16 $9, $18, $27, $36
# CHECK: {{^}}  MMS.f32 $9, $18, $27, $36  # encoding: 0x55102526e4000000
  MMS.f32 $9, $18, $27, $36
# CHECK: {{^}}  DWCONV.f16.f16 $9, $18, $27  # encoding: 0x58002526c0000000
  DWCONV.f16.f16 $9, $18, $27
# CHECK: {{^}}  DWCONV.f16.f32 $9, $18, $27  # encoding: 0x58012526c0000000
  DWCONV.f16.f32 $9, $18, $27
# CHECK: {{^}}  DWCONV.f32.f32 $9, $18, $27  # encoding: 0x58112526c0000000
  DWCONV.f32.f32 $9, $18, $27
# CHECK: {{^}}  DWCONV.i8.i32 $9, $18, $27  # encoding: 0x58232526c0000000
  DWCONV.i8.i32 $9, $18, $27
# CHECK: {{^}}  DWCONVB.f16.f16 $9, $18, $27, $36  # encoding: 0x59002526e4000000
  DWCONVB.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  DWCONVB.f16.f32 $9, $18, $27, $36  # encoding: 0x59012526e4000000
  DWCONVB.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  DWCONVB.f32.f32 $9, $18, $27, $36  # encoding: 0x59112526e4000000
  DWCONVB.f32.f32 $9, $18, $27, $36
# CHECK: {{^}}  DWCONVB.i8.i32 $9, $18, $27, $36  # encoding: 0x59232526e4000000
  DWCONVB.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  VPMAX.f16 $9, $18  # encoding: 0x5a00252000000000
  VPMAX.f16 $9, $18
# CHECK: {{^}}  VPMAX.f32 $9, $18  # encoding: 0x5a10252000000000
  VPMAX.f32 $9, $18
# CHECK: {{^}}  VPMAX.i8 $9, $18  # encoding: 0x5a20252000000000
  VPMAX.i8 $9, $18
# CHECK: {{^}}  VPMAX.i32 $9, $18  # encoding: 0x5a30252000000000
  VPMAX.i32 $9, $18
# CHECK: {{^}}  VPAVG.f16 $9, $18  # encoding: 0x5b00252000000000
  VPAVG.f16 $9, $18
# CHECK: {{^}}  VPAVG.f32 $9, $18  # encoding: 0x5b10252000000000
  VPAVG.f32 $9, $18
# CHECK: {{^}}  VPAVGP.f16 $9, $18  # encoding: 0x5c00252000000000
  VPAVGP.f16 $9, $18
# CHECK: {{^}}  VPAVGP.f32 $9, $18  # encoding: 0x5c10252000000000
  VPAVGP.f32 $9, $18
# CHECK: {{^}}  VPSUM.f16.f32 $9, $18  # encoding: 0x5d01252000000000
  VPSUM.f16.f32 $9, $18
# CHECK: {{^}}  VPSUM.f16.f16 $9, $18  # encoding: 0x5d00252000000000
  VPSUM.f16.f16 $9, $18
# CHECK: {{^}}  VPSUM.f32.f32 $9, $18  # encoding: 0x5d11252000000000
  VPSUM.f32.f32 $9, $18
# CHECK: {{^}}  VPSUM.i8.i32 $9, $18  # encoding: 0x5d23252000000000
  VPSUM.i8.i32 $9, $18
# CHECK: {{^}}  VWSUM.f16 $9, $18, $27, $36  # encoding: 0x5e002526e4000000
  VWSUM.f16 $9, $18, $27, $36
# CHECK: {{^}}  VWSUM.f32 $9, $18, $27, $36  # encoding: 0x5e102526e4000000
  VWSUM.f32 $9, $18, $27, $36
# CHECK: {{^}}  VAV.f16 $9, $18, $27, $36  # encoding: 0x60002526e4000000
  VAV.f16 $9, $18, $27, $36
# CHECK: {{^}}  VAV.f32 $9, $18, $27, $36  # encoding: 0x60102526e4000000
  VAV.f32 $9, $18, $27, $36
# CHECK: {{^}}  VAV.i8 $9, $18, $27, $36  # encoding: 0x60202526e4000000
  VAV.i8 $9, $18, $27, $36
# CHECK: {{^}}  VAV.i32 $9, $18, $27, $36  # encoding: 0x60302526e4000000
  VAV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VAVC.f16 $9, $18, $27, $36, $45  # encoding: 0x61002526e4b40000
  VAVC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVC.f32 $9, $18, $27, $36, $45  # encoding: 0x61102526e4b40000
  VAVC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVC.i8 $9, $18, $27, $36, $45  # encoding: 0x61202526e4b40000
  VAVC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVC.i32 $9, $18, $27, $36, $45  # encoding: 0x61302526e4b40000
  VAVC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVR.f16 $9, $18, $27, $36, $45  # encoding: 0x62002526e4b40000
  VAVR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVR.f32 $9, $18, $27, $36, $45  # encoding: 0x62102526e4b40000
  VAVR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVR.i8 $9, $18, $27, $36, $45  # encoding: 0x62202526e4b40000
  VAVR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAVR.i32 $9, $18, $27, $36, $45  # encoding: 0x62302526e4b40000
  VAVR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VAS.f16 $9, $18, $27, $36  # encoding: 0x63002526e4000000
  VAS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VAS.f32 $9, $18, $27, $36  # encoding: 0x63102526e4000000
  VAS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VAS.i8 $9, $18, $27, $36  # encoding: 0x63202526e4000000
  VAS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VAS.i32 $9, $18, $27, $36  # encoding: 0x63302526e4000000
  VAS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VSV.f16 $9, $18, $27, $36  # encoding: 0x65002526e4000000
  VSV.f16 $9, $18, $27, $36
# CHECK: {{^}}  VSV.f32 $9, $18, $27, $36  # encoding: 0x65102526e4000000
  VSV.f32 $9, $18, $27, $36
# CHECK: {{^}}  VSV.i8 $9, $18, $27, $36  # encoding: 0x65202526e4000000
  VSV.i8 $9, $18, $27, $36
# CHECK: {{^}}  VSV.i32 $9, $18, $27, $36  # encoding: 0x65302526e4000000
  VSV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VSVC.f16 $9, $18, $27, $36, $45  # encoding: 0x66002526e4b40000
  VSVC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVC.f32 $9, $18, $27, $36, $45  # encoding: 0x66102526e4b40000
  VSVC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVC.i8 $9, $18, $27, $36, $45  # encoding: 0x66202526e4b40000
  VSVC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVC.i32 $9, $18, $27, $36, $45  # encoding: 0x66302526e4b40000
  VSVC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVR.f16 $9, $18, $27, $36, $45  # encoding: 0x67002526e4b40000
  VSVR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVR.f32 $9, $18, $27, $36, $45  # encoding: 0x67102526e4b40000
  VSVR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVR.i8 $9, $18, $27, $36, $45  # encoding: 0x67202526e4b40000
  VSVR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSVR.i32 $9, $18, $27, $36, $45  # encoding: 0x67302526e4b40000
  VSVR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSS.f16 $9, $18, $27, $36  # encoding: 0x68002526e4000000
  VSS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VSS.f32 $9, $18, $27, $36  # encoding: 0x68102526e4000000
  VSS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VSS.i8 $9, $18, $27, $36  # encoding: 0x68202526e4000000
  VSS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VSS.i32 $9, $18, $27, $36  # encoding: 0x68302526e4000000
  VSS.i32 $9, $18, $27, $36
# CHECK: {{^}}  SSV.f16 $9, $18, $27, $36  # encoding: 0x69002526e4000000
  SSV.f16 $9, $18, $27, $36
# CHECK: {{^}}  SSV.f32 $9, $18, $27, $36  # encoding: 0x69102526e4000000
  SSV.f32 $9, $18, $27, $36
# CHECK: {{^}}  SSV.i8 $9, $18, $27, $36  # encoding: 0x69202526e4000000
  SSV.i8 $9, $18, $27, $36
# CHECK: {{^}}  SSV.i32 $9, $18, $27, $36  # encoding: 0x69302526e4000000
  SSV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VMV.f16 $9, $18, $27, $36  # encoding: 0x6a002526e4000000
  VMV.f16 $9, $18, $27, $36
# CHECK: {{^}}  VMV.f32 $9, $18, $27, $36  # encoding: 0x6a102526e4000000
  VMV.f32 $9, $18, $27, $36
# CHECK: {{^}}  VMV.i8 $9, $18, $27, $36  # encoding: 0x6a202526e4000000
  VMV.i8 $9, $18, $27, $36
# CHECK: {{^}}  VMV.i32 $9, $18, $27, $36  # encoding: 0x6a302526e4000000
  VMV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VMVC.f16 $9, $18, $27, $36, $45  # encoding: 0x6b002526e4b40000
  VMVC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVC.f32 $9, $18, $27, $36, $45  # encoding: 0x6b102526e4b40000
  VMVC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVC.i8 $9, $18, $27, $36, $45  # encoding: 0x6b202526e4b40000
  VMVC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVC.i32 $9, $18, $27, $36, $45  # encoding: 0x6b302526e4b40000
  VMVC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVR.f16 $9, $18, $27, $36, $45  # encoding: 0x6c002526e4b40000
  VMVR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVR.f32 $9, $18, $27, $36, $45  # encoding: 0x6c102526e4b40000
  VMVR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVR.i8 $9, $18, $27, $36, $45  # encoding: 0x6c202526e4b40000
  VMVR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMVR.i32 $9, $18, $27, $36, $45  # encoding: 0x6c302526e4b40000
  VMVR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VMS.f16 $9, $18, $27, $36  # encoding: 0x6d002526e4000000
  VMS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VMS.f32 $9, $18, $27, $36  # encoding: 0x6d102526e4000000
  VMS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VMS.i8 $9, $18, $27, $36  # encoding: 0x6d202526e4000000
  VMS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VMS.i32 $9, $18, $27, $36  # encoding: 0x6d302526e4000000
  VMS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VDV.f16 $9, $18, $27, $36  # encoding: 0x6f002526e4000000
  VDV.f16 $9, $18, $27, $36
# CHECK: {{^}}  VDV.f32 $9, $18, $27, $36  # encoding: 0x6f102526e4000000
  VDV.f32 $9, $18, $27, $36
# CHECK: {{^}}  VDV.i8 $9, $18, $27, $36  # encoding: 0x6f202526e4000000
  VDV.i8 $9, $18, $27, $36
# CHECK: {{^}}  VDV.i32 $9, $18, $27, $36  # encoding: 0x6f302526e4000000
  VDV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VDVC.f16 $9, $18, $27, $36, $45  # encoding: 0x70002526e4b40000
  VDVC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVC.f32 $9, $18, $27, $36, $45  # encoding: 0x70102526e4b40000
  VDVC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVC.i8 $9, $18, $27, $36, $45  # encoding: 0x70202526e4b40000
  VDVC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVC.i32 $9, $18, $27, $36, $45  # encoding: 0x70302526e4b40000
  VDVC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVR.f16 $9, $18, $27, $36, $45  # encoding: 0x71002526e4b40000
  VDVR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVR.f32 $9, $18, $27, $36, $45  # encoding: 0x71102526e4b40000
  VDVR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVR.i8 $9, $18, $27, $36, $45  # encoding: 0x71202526e4b40000
  VDVR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDVR.i32 $9, $18, $27, $36, $45  # encoding: 0x71302526e4b40000
  VDVR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VDS.f16 $9, $18, $27, $36  # encoding: 0x72002526e4000000
  VDS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VDS.f32 $9, $18, $27, $36  # encoding: 0x72102526e4000000
  VDS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VDS.i8 $9, $18, $27, $36  # encoding: 0x72202526e4000000
  VDS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VDS.i32 $9, $18, $27, $36  # encoding: 0x72302526e4000000
  VDS.i32 $9, $18, $27, $36
# CHECK: {{^}}  SDV.f16 $9, $18, $27, $36  # encoding: 0x73002526e4000000
  SDV.f16 $9, $18, $27, $36
# CHECK: {{^}}  SDV.f32 $9, $18, $27, $36  # encoding: 0x73102526e4000000
  SDV.f32 $9, $18, $27, $36
# CHECK: {{^}}  SDV.i8 $9, $18, $27, $36  # encoding: 0x73202526e4000000
  SDV.i8 $9, $18, $27, $36
# CHECK: {{^}}  SDV.i32 $9, $18, $27, $36  # encoding: 0x73302526e4000000
  SDV.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGTM.f16 $9, $18, $27, $36  # encoding: 0x74002526e4000000
  VGTM.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGTM.f32 $9, $18, $27, $36  # encoding: 0x74102526e4000000
  VGTM.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGTM.i8 $9, $18, $27, $36  # encoding: 0x74202526e4000000
  VGTM.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGTM.i32 $9, $18, $27, $36  # encoding: 0x74302526e4000000
  VGTM.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGTMC.f16 $9, $18, $27, $36, $45  # encoding: 0x75002526e4b40000
  VGTMC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMC.f32 $9, $18, $27, $36, $45  # encoding: 0x75102526e4b40000
  VGTMC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMC.i8 $9, $18, $27, $36, $45  # encoding: 0x75202526e4b40000
  VGTMC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMC.i32 $9, $18, $27, $36, $45  # encoding: 0x75302526e4b40000
  VGTMC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMR.f16 $9, $18, $27, $36, $45  # encoding: 0x76002526e4b40000
  VGTMR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMR.f32 $9, $18, $27, $36, $45  # encoding: 0x76102526e4b40000
  VGTMR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMR.i8 $9, $18, $27, $36, $45  # encoding: 0x76202526e4b40000
  VGTMR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMR.i32 $9, $18, $27, $36, $45  # encoding: 0x76302526e4b40000
  VGTMR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTMS.f16 $9, $18, $27, $36  # encoding: 0x77002526e4000000
  VGTMS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGTMS.f32 $9, $18, $27, $36  # encoding: 0x77102526e4000000
  VGTMS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGTMS.i8 $9, $18, $27, $36  # encoding: 0x77202526e4000000
  VGTMS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGTMS.i32 $9, $18, $27, $36  # encoding: 0x77302526e4000000
  VGTMS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VLTM.f16 $9, $18, $27, $36  # encoding: 0x78002526e4000000
  VLTM.f16 $9, $18, $27, $36
# CHECK: {{^}}  VLTM.f32 $9, $18, $27, $36  # encoding: 0x78102526e4000000
  VLTM.f32 $9, $18, $27, $36
# CHECK: {{^}}  VLTM.i8 $9, $18, $27, $36  # encoding: 0x78202526e4000000
  VLTM.i8 $9, $18, $27, $36
# CHECK: {{^}}  VLTM.i32 $9, $18, $27, $36  # encoding: 0x78302526e4000000
  VLTM.i32 $9, $18, $27, $36
# CHECK: {{^}}  VLTMC.f16 $9, $18, $27, $36, $45  # encoding: 0x79002526e4b40000
  VLTMC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMC.f32 $9, $18, $27, $36, $45  # encoding: 0x79102526e4b40000
  VLTMC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMC.i8 $9, $18, $27, $36, $45  # encoding: 0x79202526e4b40000
  VLTMC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMC.i32 $9, $18, $27, $36, $45  # encoding: 0x79302526e4b40000
  VLTMC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMR.f16 $9, $18, $27, $36, $45  # encoding: 0x7a002526e4b40000
  VLTMR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMR.f32 $9, $18, $27, $36, $45  # encoding: 0x7a102526e4b40000
  VLTMR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMR.i8 $9, $18, $27, $36, $45  # encoding: 0x7a202526e4b40000
  VLTMR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMR.i32 $9, $18, $27, $36, $45  # encoding: 0x7a302526e4b40000
  VLTMR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VLTMS.f16 $9, $18, $27, $36  # encoding: 0x7b002526e4000000
  VLTMS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VLTMS.f32 $9, $18, $27, $36  # encoding: 0x7b102526e4000000
  VLTMS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VLTMS.i8 $9, $18, $27, $36  # encoding: 0x7b202526e4000000
  VLTMS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VLTMS.i32 $9, $18, $27, $36  # encoding: 0x7b302526e4000000
  VLTMS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGT.f16 $9, $18, $27, $36  # encoding: 0x7c002526e4000000
  VGT.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGT.f32 $9, $18, $27, $36  # encoding: 0x7c102526e4000000
  VGT.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGT.i8 $9, $18, $27, $36  # encoding: 0x7c202526e4000000
  VGT.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGT.i32 $9, $18, $27, $36  # encoding: 0x7c302526e4000000
  VGT.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGTC.f16 $9, $18, $27, $36, $45  # encoding: 0x7d002526e4b40000
  VGTC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTC.f32 $9, $18, $27, $36, $45  # encoding: 0x7d102526e4b40000
  VGTC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTC.i8 $9, $18, $27, $36, $45  # encoding: 0x7d202526e4b40000
  VGTC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTC.i32 $9, $18, $27, $36, $45  # encoding: 0x7d302526e4b40000
  VGTC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTR.f16 $9, $18, $27, $36, $45  # encoding: 0x7e002526e4b40000
  VGTR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTR.f32 $9, $18, $27, $36, $45  # encoding: 0x7e102526e4b40000
  VGTR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTR.i8 $9, $18, $27, $36, $45  # encoding: 0x7e202526e4b40000
  VGTR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTR.i32 $9, $18, $27, $36, $45  # encoding: 0x7e302526e4b40000
  VGTR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGTS.f16 $9, $18, $27, $36  # encoding: 0x7f002526e4000000
  VGTS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGTS.f32 $9, $18, $27, $36  # encoding: 0x7f102526e4000000
  VGTS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGTS.i8 $9, $18, $27, $36  # encoding: 0x7f202526e4000000
  VGTS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGTS.i32 $9, $18, $27, $36  # encoding: 0x7f302526e4000000
  VGTS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGE.f16 $9, $18, $27, $36  # encoding: 0x80002526e4000000
  VGE.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGE.f32 $9, $18, $27, $36  # encoding: 0x80102526e4000000
  VGE.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGE.i8 $9, $18, $27, $36  # encoding: 0x80202526e4000000
  VGE.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGE.i32 $9, $18, $27, $36  # encoding: 0x80302526e4000000
  VGE.i32 $9, $18, $27, $36
# CHECK: {{^}}  VGEC.f16 $9, $18, $27, $36, $45  # encoding: 0x81002526e4b40000
  VGEC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGEC.f32 $9, $18, $27, $36, $45  # encoding: 0x81102526e4b40000
  VGEC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGEC.i8 $9, $18, $27, $36, $45  # encoding: 0x81202526e4b40000
  VGEC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGEC.i32 $9, $18, $27, $36, $45  # encoding: 0x81302526e4b40000
  VGEC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGER.f16 $9, $18, $27, $36, $45  # encoding: 0x82002526e4b40000
  VGER.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGER.f32 $9, $18, $27, $36, $45  # encoding: 0x82102526e4b40000
  VGER.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGER.i8 $9, $18, $27, $36, $45  # encoding: 0x82202526e4b40000
  VGER.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGER.i32 $9, $18, $27, $36, $45  # encoding: 0x82302526e4b40000
  VGER.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VGES.f16 $9, $18, $27, $36  # encoding: 0x83002526e4000000
  VGES.f16 $9, $18, $27, $36
# CHECK: {{^}}  VGES.f32 $9, $18, $27, $36  # encoding: 0x83102526e4000000
  VGES.f32 $9, $18, $27, $36
# CHECK: {{^}}  VGES.i8 $9, $18, $27, $36  # encoding: 0x83202526e4000000
  VGES.i8 $9, $18, $27, $36
# CHECK: {{^}}  VGES.i32 $9, $18, $27, $36  # encoding: 0x83302526e4000000
  VGES.i32 $9, $18, $27, $36
# CHECK: {{^}}  VE.f16 $9, $18, $27, $36  # encoding: 0x84002526e4000000
  VE.f16 $9, $18, $27, $36
# CHECK: {{^}}  VE.f32 $9, $18, $27, $36  # encoding: 0x84102526e4000000
  VE.f32 $9, $18, $27, $36
# CHECK: {{^}}  VE.i8 $9, $18, $27, $36  # encoding: 0x84202526e4000000
  VE.i8 $9, $18, $27, $36
# CHECK: {{^}}  VE.i32 $9, $18, $27, $36  # encoding: 0x84302526e4000000
  VE.i32 $9, $18, $27, $36
# CHECK: {{^}}  VEC.f16 $9, $18, $27, $36, $45  # encoding: 0x85002526e4b40000
  VEC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VEC.f32 $9, $18, $27, $36, $45  # encoding: 0x85102526e4b40000
  VEC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VEC.i8 $9, $18, $27, $36, $45  # encoding: 0x85202526e4b40000
  VEC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VEC.i32 $9, $18, $27, $36, $45  # encoding: 0x85302526e4b40000
  VEC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VER.f16 $9, $18, $27, $36, $45  # encoding: 0x86002526e4b40000
  VER.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VER.f32 $9, $18, $27, $36, $45  # encoding: 0x86102526e4b40000
  VER.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VER.i8 $9, $18, $27, $36, $45  # encoding: 0x86202526e4b40000
  VER.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VER.i32 $9, $18, $27, $36, $45  # encoding: 0x86302526e4b40000
  VER.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VES.f16 $9, $18, $27, $36  # encoding: 0x87002526e4000000
  VES.f16 $9, $18, $27, $36
# CHECK: {{^}}  VES.f32 $9, $18, $27, $36  # encoding: 0x87102526e4000000
  VES.f32 $9, $18, $27, $36
# CHECK: {{^}}  VES.i8 $9, $18, $27, $36  # encoding: 0x87202526e4000000
  VES.i8 $9, $18, $27, $36
# CHECK: {{^}}  VES.i32 $9, $18, $27, $36  # encoding: 0x87302526e4000000
  VES.i32 $9, $18, $27, $36
# CHECK: {{^}}  VAND.f16 $9, $18, $27, $36  # encoding: 0x88002526e4000000
  VAND.f16 $9, $18, $27, $36
# CHECK: {{^}}  VAND.f32 $9, $18, $27, $36  # encoding: 0x88102526e4000000
  VAND.f32 $9, $18, $27, $36
# CHECK: {{^}}  VAND.i8 $9, $18, $27, $36  # encoding: 0x88202526e4000000
  VAND.i8 $9, $18, $27, $36
# CHECK: {{^}}  VAND.i32 $9, $18, $27, $36  # encoding: 0x88302526e4000000
  VAND.i32 $9, $18, $27, $36
# CHECK: {{^}}  VANDC.f16 $9, $18, $27, $36, $45  # encoding: 0x89002526e4b40000
  VANDC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDC.f32 $9, $18, $27, $36, $45  # encoding: 0x89102526e4b40000
  VANDC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDC.i8 $9, $18, $27, $36, $45  # encoding: 0x89202526e4b40000
  VANDC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDC.i32 $9, $18, $27, $36, $45  # encoding: 0x89302526e4b40000
  VANDC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDR.f16 $9, $18, $27, $36, $45  # encoding: 0x8a002526e4b40000
  VANDR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDR.f32 $9, $18, $27, $36, $45  # encoding: 0x8a102526e4b40000
  VANDR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDR.i8 $9, $18, $27, $36, $45  # encoding: 0x8a202526e4b40000
  VANDR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDR.i32 $9, $18, $27, $36, $45  # encoding: 0x8a302526e4b40000
  VANDR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VANDS.f16 $9, $18, $27, $36  # encoding: 0x8b002526e4000000
  VANDS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VANDS.f32 $9, $18, $27, $36  # encoding: 0x8b102526e4000000
  VANDS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VANDS.i8 $9, $18, $27, $36  # encoding: 0x8b202526e4000000
  VANDS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VANDS.i32 $9, $18, $27, $36  # encoding: 0x8b302526e4000000
  VANDS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VOR.f16 $9, $18, $27, $36  # encoding: 0x8c002526e4000000
  VOR.f16 $9, $18, $27, $36
# CHECK: {{^}}  VOR.f32 $9, $18, $27, $36  # encoding: 0x8c102526e4000000
  VOR.f32 $9, $18, $27, $36
# CHECK: {{^}}  VOR.i8 $9, $18, $27, $36  # encoding: 0x8c202526e4000000
  VOR.i8 $9, $18, $27, $36
# CHECK: {{^}}  VOR.i32 $9, $18, $27, $36  # encoding: 0x8c302526e4000000
  VOR.i32 $9, $18, $27, $36
# CHECK: {{^}}  VORC.f16 $9, $18, $27, $36, $45  # encoding: 0x8d002526e4b40000
  VORC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORC.f32 $9, $18, $27, $36, $45  # encoding: 0x8d102526e4b40000
  VORC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORC.i8 $9, $18, $27, $36, $45  # encoding: 0x8d202526e4b40000
  VORC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORC.i32 $9, $18, $27, $36, $45  # encoding: 0x8d302526e4b40000
  VORC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORR.f16 $9, $18, $27, $36, $45  # encoding: 0x8e002526e4b40000
  VORR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORR.f32 $9, $18, $27, $36, $45  # encoding: 0x8e102526e4b40000
  VORR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORR.i8 $9, $18, $27, $36, $45  # encoding: 0x8e202526e4b40000
  VORR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORR.i32 $9, $18, $27, $36, $45  # encoding: 0x8e302526e4b40000
  VORR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VORS.f16 $9, $18, $27, $36  # encoding: 0x8f002526e4000000
  VORS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VORS.f32 $9, $18, $27, $36  # encoding: 0x8f102526e4000000
  VORS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VORS.i8 $9, $18, $27, $36  # encoding: 0x8f202526e4000000
  VORS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VORS.i32 $9, $18, $27, $36  # encoding: 0x8f302526e4000000
  VORS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VXOR.f16 $9, $18, $27, $36  # encoding: 0x90002526e4000000
  VXOR.f16 $9, $18, $27, $36
# CHECK: {{^}}  VXOR.f32 $9, $18, $27, $36  # encoding: 0x90102526e4000000
  VXOR.f32 $9, $18, $27, $36
# CHECK: {{^}}  VXOR.i8 $9, $18, $27, $36  # encoding: 0x90202526e4000000
  VXOR.i8 $9, $18, $27, $36
# CHECK: {{^}}  VXOR.i32 $9, $18, $27, $36  # encoding: 0x90302526e4000000
  VXOR.i32 $9, $18, $27, $36
# CHECK: {{^}}  VXORC.f16 $9, $18, $27, $36, $45  # encoding: 0x91002526e4b40000
  VXORC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORC.f32 $9, $18, $27, $36, $45  # encoding: 0x91102526e4b40000
  VXORC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORC.i8 $9, $18, $27, $36, $45  # encoding: 0x91202526e4b40000
  VXORC.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORC.i32 $9, $18, $27, $36, $45  # encoding: 0x91302526e4b40000
  VXORC.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORR.f16 $9, $18, $27, $36, $45  # encoding: 0x92002526e4b40000
  VXORR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORR.f32 $9, $18, $27, $36, $45  # encoding: 0x92102526e4b40000
  VXORR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORR.i8 $9, $18, $27, $36, $45  # encoding: 0x92202526e4b40000
  VXORR.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORR.i32 $9, $18, $27, $36, $45  # encoding: 0x92302526e4b40000
  VXORR.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VXORS.f16 $9, $18, $27, $36  # encoding: 0x93002526e4000000
  VXORS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VXORS.f32 $9, $18, $27, $36  # encoding: 0x93102526e4000000
  VXORS.f32 $9, $18, $27, $36
# CHECK: {{^}}  VXORS.i8 $9, $18, $27, $36  # encoding: 0x93202526e4000000
  VXORS.i8 $9, $18, $27, $36
# CHECK: {{^}}  VXORS.i32 $9, $18, $27, $36  # encoding: 0x93302526e4000000
  VXORS.i32 $9, $18, $27, $36
# CHECK: {{^}}  VPOW.f16 $9, $18, $27, $36  # encoding: 0x94002526e4000000
  VPOW.f16 $9, $18, $27, $36
# CHECK: {{^}}  VPOW.f32 $9, $18, $27, $36  # encoding: 0x94102526e4000000
  VPOW.f32 $9, $18, $27, $36
# CHECK: {{^}}  VPOWC.f16 $9, $18, $27, $36, $45  # encoding: 0x95002526e4b40000
  VPOWC.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VPOWC.f32 $9, $18, $27, $36, $45  # encoding: 0x95102526e4b40000
  VPOWC.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VPOWR.f16 $9, $18, $27, $36, $45  # encoding: 0x96002526e4b40000
  VPOWR.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VPOWR.f32 $9, $18, $27, $36, $45  # encoding: 0x96102526e4b40000
  VPOWR.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VPOWS.f16 $9, $18, $27, $36  # encoding: 0x97002526e4000000
  VPOWS.f16 $9, $18, $27, $36
# CHECK: {{^}}  VPOWS.f32 $9, $18, $27, $36  # encoding: 0x97102526e4000000
  VPOWS.f32 $9, $18, $27, $36
# CHECK: {{^}}  SPOW.f16 $9, $18, $27, $36  # encoding: 0x98002526e4000000
  SPOW.f16 $9, $18, $27, $36
# CHECK: {{^}}  SPOW.f32 $9, $18, $27, $36  # encoding: 0x98102526e4000000
  SPOW.f32 $9, $18, $27, $36
# CHECK: {{^}}  VNOT.f16 $9, $18, $27  # encoding: 0xa0002526c0000000
  VNOT.f16 $9, $18, $27
# CHECK: {{^}}  VNOT.f32 $9, $18, $27  # encoding: 0xa0102526c0000000
  VNOT.f32 $9, $18, $27
# CHECK: {{^}}  VNOT.i8 $9, $18, $27  # encoding: 0xa0202526c0000000
  VNOT.i8 $9, $18, $27
# CHECK: {{^}}  VNOT.i32 $9, $18, $27  # encoding: 0xa0302526c0000000
  VNOT.i32 $9, $18, $27
# CHECK: {{^}}  VNEG.f16 $9, $18, $27  # encoding: 0xa1002526c0000000
  VNEG.f16 $9, $18, $27
# CHECK: {{^}}  VNEG.f32 $9, $18, $27  # encoding: 0xa1102526c0000000
  VNEG.f32 $9, $18, $27
# CHECK: {{^}}  VNEG.i8 $9, $18, $27  # encoding: 0xa1202526c0000000
  VNEG.i8 $9, $18, $27
# CHECK: {{^}}  VNEG.i32 $9, $18, $27  # encoding: 0xa1302526c0000000
  VNEG.i32 $9, $18, $27
# CHECK: {{^}}  VABS.f16 $9, $18, $27  # encoding: 0xa2002526c0000000
  VABS.f16 $9, $18, $27
# CHECK: {{^}}  VABS.f32 $9, $18, $27  # encoding: 0xa2102526c0000000
  VABS.f32 $9, $18, $27
# CHECK: {{^}}  VABS.i8 $9, $18, $27  # encoding: 0xa2202526c0000000
  VABS.i8 $9, $18, $27
# CHECK: {{^}}  VABS.i32 $9, $18, $27  # encoding: 0xa2302526c0000000
  VABS.i32 $9, $18, $27
# CHECK: {{^}}  VFLOOR.f16 $9, $18, $27  # encoding: 0xa3002526c0000000
  VFLOOR.f16 $9, $18, $27
# CHECK: {{^}}  VFLOOR.f32 $9, $18, $27  # encoding: 0xa3102526c0000000
  VFLOOR.f32 $9, $18, $27
# CHECK: {{^}}  VCEIL.f16 $9, $18, $27  # encoding: 0xa4002526c0000000
  VCEIL.f16 $9, $18, $27
# CHECK: {{^}}  VCEIL.f32 $9, $18, $27  # encoding: 0xa4102526c0000000
  VCEIL.f32 $9, $18, $27
# CHECK: {{^}}  VROUND.f16 $9, $18, $27  # encoding: 0xa5002526c0000000
  VROUND.f16 $9, $18, $27
# CHECK: {{^}}  VROUND.f32 $9, $18, $27  # encoding: 0xa5102526c0000000
  VROUND.f32 $9, $18, $27
# CHECK: {{^}}  VEXP.f16 $9, $18, $27  # encoding: 0xa6002526c0000000
  VEXP.f16 $9, $18, $27
# CHECK: {{^}}  VEXP.f32 $9, $18, $27  # encoding: 0xa6102526c0000000
  VEXP.f32 $9, $18, $27
# CHECK: {{^}}  VLOG.f16 $9, $18, $27  # encoding: 0xa7002526c0000000
  VLOG.f16 $9, $18, $27
# CHECK: {{^}}  VLOG.f32 $9, $18, $27  # encoding: 0xa7102526c0000000
  VLOG.f32 $9, $18, $27
# CHECK: {{^}}  VSQRT.f16 $9, $18, $27  # encoding: 0xa8002526c0000000
  VSQRT.f16 $9, $18, $27
# CHECK: {{^}}  VSQRT.f32 $9, $18, $27  # encoding: 0xa8102526c0000000
  VSQRT.f32 $9, $18, $27
# CHECK: {{^}}  VRSQRT.f16 $9, $18, $27  # encoding: 0xa9002526c0000000
  VRSQRT.f16 $9, $18, $27
# CHECK: {{^}}  VRSQRT.f32 $9, $18, $27  # encoding: 0xa9102526c0000000
  VRSQRT.f32 $9, $18, $27
# CHECK: {{^}}  VTANH.f16 $9, $18, $27  # encoding: 0xaa002526c0000000
  VTANH.f16 $9, $18, $27
# CHECK: {{^}}  VTANH.f32 $9, $18, $27  # encoding: 0xaa102526c0000000
  VTANH.f32 $9, $18, $27
# CHECK: {{^}}  VSIGM.f16 $9, $18, $27  # encoding: 0xab002526c0000000
  VSIGM.f16 $9, $18, $27
# CHECK: {{^}}  VSIGM.f32 $9, $18, $27  # encoding: 0xab102526c0000000
  VSIGM.f32 $9, $18, $27
# CHECK: {{^}}  VERF.f16 $9, $18, $27  # encoding: 0xac002526c0000000
  VERF.f16 $9, $18, $27
# CHECK: {{^}}  VERF.f32 $9, $18, $27  # encoding: 0xac102526c0000000
  VERF.f32 $9, $18, $27
# CHECK: {{^}}  VSIN.f16 $9, $18, $27  # encoding: 0xad002526c0000000
  VSIN.f16 $9, $18, $27
# CHECK: {{^}}  VSIN.f32 $9, $18, $27  # encoding: 0xad102526c0000000
  VSIN.f32 $9, $18, $27
# CHECK: {{^}}  VCOS.f16 $9, $18, $27  # encoding: 0xae002526c0000000
  VCOS.f16 $9, $18, $27
# CHECK: {{^}}  VCOS.f32 $9, $18, $27  # encoding: 0xae102526c0000000
  VCOS.f32 $9, $18, $27
# CHECK: {{^}}  VRELU.f16 $9, $18, $27  # encoding: 0xaf002526c0000000
  VRELU.f16 $9, $18, $27
# CHECK: {{^}}  VRELU.f32 $9, $18, $27  # encoding: 0xaf102526c0000000
  VRELU.f32 $9, $18, $27
# CHECK: {{^}}  VRELU.i8 $9, $18, $27  # encoding: 0xaf202526c0000000
  VRELU.i8 $9, $18, $27
# CHECK: {{^}}  VRELU.i32 $9, $18, $27  # encoding: 0xaf302526c0000000
  VRELU.i32 $9, $18, $27
# CHECK: {{^}}  VLRELU.f16 $9, $18, $27, $36  # encoding: 0xb0002526e4000000
  VLRELU.f16 $9, $18, $27, $36
# CHECK: {{^}}  VLRELU.f32 $9, $18, $27, $36  # encoding: 0xb0102526e4000000
  VLRELU.f32 $9, $18, $27, $36
# CHECK: {{^}}  VSEL.f16 $9, $18, $27, $36, $45  # encoding: 0xb1002526e4b40000
  VSEL.f16 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSEL.f32 $9, $18, $27, $36, $45  # encoding: 0xb1102526e4b40000
  VSEL.f32 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSEL.i8 $9, $18, $27, $36, $45  # encoding: 0xb1202526e4b40000
  VSEL.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VSEL.i32 $9, $18, $27, $36, $45  # encoding: 0xb1302526e4b40000
  VSEL.i32 $9, $18, $27, $36, $45
# CHECK: {{^}}  RV.f16 $9, $18  # encoding: 0xb200252000000000
  RV.f16 $9, $18
# CHECK: {{^}}  RV.f32 $9, $18  # encoding: 0xb210252000000000
  RV.f32 $9, $18
# CHECK: {{^}}  VSUM.f16.f16 $9, $18, $27, $36  # encoding: 0xb8002526e4000000
  VSUM.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  VSUM.f16.f32 $9, $18, $27, $36  # encoding: 0xb8012526e4000000
  VSUM.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  VSUM.f32.f32 $9, $18, $27, $36  # encoding: 0xb8112526e4000000
  VSUM.f32.f32 $9, $18, $27, $36
# CHECK: {{^}}  VSUM.i8.i32 $9, $18, $27, $36  # encoding: 0xb8232526e4000000
  VSUM.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  VSUM.i32.i32 $9, $18, $27, $36  # encoding: 0xb8332526e4000000
  VSUM.i32.i32 $9, $18, $27, $36
# CHECK: {{^}}  VMAX.f16 $9, $18, $27, $36  # encoding: 0xb9002526e4000000
  VMAX.f16 $9, $18, $27, $36
# CHECK: {{^}}  VMAX.f32 $9, $18, $27, $36  # encoding: 0xb9102526e4000000
  VMAX.f32 $9, $18, $27, $36
# CHECK: {{^}}  VMAX.i8 $9, $18, $27, $36  # encoding: 0xb9202526e4000000
  VMAX.i8 $9, $18, $27, $36
# CHECK: {{^}}  VMAX.i32 $9, $18, $27, $36  # encoding: 0xb9302526e4000000
  VMAX.i32 $9, $18, $27, $36
# CHECK: {{^}}  VMIN.f16 $9, $18, $27, $36  # encoding: 0xba002526e4000000
  VMIN.f16 $9, $18, $27, $36
# CHECK: {{^}}  VMIN.f32 $9, $18, $27, $36  # encoding: 0xba102526e4000000
  VMIN.f32 $9, $18, $27, $36
# CHECK: {{^}}  VMIN.i8 $9, $18, $27, $36  # encoding: 0xba202526e4000000
  VMIN.i8 $9, $18, $27, $36
# CHECK: {{^}}  VMIN.i32 $9, $18, $27, $36  # encoding: 0xba302526e4000000
  VMIN.i32 $9, $18, $27, $36
# CHECK: {{^}}  VARGMAX.f16.i32 $9, $18, $27, $36  # encoding: 0xbb032526e4000000
  VARGMAX.f16.i32 $9, $18, $27, $36
# CHECK: {{^}}  VARGMAX.f32.i32 $9, $18, $27, $36  # encoding: 0xbb132526e4000000
  VARGMAX.f32.i32 $9, $18, $27, $36
# CHECK: {{^}}  VARGMAX.i8.i32 $9, $18, $27, $36  # encoding: 0xbb232526e4000000
  VARGMAX.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  VARGMAX.i32.i32 $9, $18, $27, $36  # encoding: 0xbb332526e4000000
  VARGMAX.i32.i32 $9, $18, $27, $36
# CHECK: {{^}}  VCSUM.f16.f16 $9, $18, $27, $36  # encoding: 0xbc002526e4000000
  VCSUM.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  VCSUM.f16.f32 $9, $18, $27, $36  # encoding: 0xbc012526e4000000
  VCSUM.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  VCSUM.f32.f32 $9, $18, $27, $36  # encoding: 0xbc112526e4000000
  VCSUM.f32.f32 $9, $18, $27, $36
# CHECK: {{^}}  VCSUM.i8.i32 $9, $18, $27, $36  # encoding: 0xbc232526e4000000
  VCSUM.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  VCSUM.i32.i32 $9, $18, $27, $36  # encoding: 0xbc332526e4000000
  VCSUM.i32.i32 $9, $18, $27, $36
# CHECK: {{^}}  VCMAX.f16 $9, $18, $27, $36  # encoding: 0xbd002526e4000000
  VCMAX.f16 $9, $18, $27, $36
# CHECK: {{^}}  VCMAX.f32 $9, $18, $27, $36  # encoding: 0xbd102526e4000000
  VCMAX.f32 $9, $18, $27, $36
# CHECK: {{^}}  VCMAX.i8 $9, $18, $27, $36  # encoding: 0xbd202526e4000000
  VCMAX.i8 $9, $18, $27, $36
# CHECK: {{^}}  VCMAX.i32 $9, $18, $27, $36  # encoding: 0xbd302526e4000000
  VCMAX.i32 $9, $18, $27, $36
# CHECK: {{^}}  VCMIN.f16 $9, $18, $27, $36  # encoding: 0xbe002526e4000000
  VCMIN.f16 $9, $18, $27, $36
# CHECK: {{^}}  VCMIN.f32 $9, $18, $27, $36  # encoding: 0xbe102526e4000000
  VCMIN.f32 $9, $18, $27, $36
# CHECK: {{^}}  VCMIN.i8 $9, $18, $27, $36  # encoding: 0xbe202526e4000000
  VCMIN.i8 $9, $18, $27, $36
# CHECK: {{^}}  VCMIN.i32 $9, $18, $27, $36  # encoding: 0xbe302526e4000000
  VCMIN.i32 $9, $18, $27, $36
# CHECK: {{^}}  VDOT.f16.f16 $9, $18, $27, $36  # encoding: 0xbf002526e4000000
  VDOT.f16.f16 $9, $18, $27, $36
# CHECK: {{^}}  VDOT.f16.f32 $9, $18, $27, $36  # encoding: 0xbf012526e4000000
  VDOT.f16.f32 $9, $18, $27, $36
# CHECK: {{^}}  VDOT.f32.f32 $9, $18, $27, $36  # encoding: 0xbf112526e4000000
  VDOT.f32.f32 $9, $18, $27, $36
# CHECK: {{^}}  VDOT.i8.i32 $9, $18, $27, $36  # encoding: 0xbf232526e4000000
  VDOT.i8.i32 $9, $18, $27, $36
# CHECK: {{^}}  VCVT.f16.f32 $9, $18, $27  # encoding: 0xc0012526c0000000
  VCVT.f16.f32 $9, $18, $27
# CHECK: {{^}}  VCVT.f32.f16 $9, $18, $27  # encoding: 0xc0102526c0000000
  VCVT.f32.f16 $9, $18, $27
# CHECK: {{^}}  VCVT.f16.i8 $9, $18, $27  # encoding: 0xc0022526c0000000
  VCVT.f16.i8 $9, $18, $27
# CHECK: {{^}}  VCVT.f16.i32 $9, $18, $27  # encoding: 0xc0032526c0000000
  VCVT.f16.i32 $9, $18, $27
# CHECK: {{^}}  VCVT.f32.i8 $9, $18, $27  # encoding: 0xc0122526c0000000
  VCVT.f32.i8 $9, $18, $27
# CHECK: {{^}}  VCVT.f32.i32 $9, $18, $27  # encoding: 0xc0132526c0000000
  VCVT.f32.i32 $9, $18, $27
# CHECK: {{^}}  VCVT.i8.f16 $9, $18, $27  # encoding: 0xc0202526c0000000
  VCVT.i8.f16 $9, $18, $27
# CHECK: {{^}}  VCVT.i8.f32 $9, $18, $27  # encoding: 0xc0212526c0000000
  VCVT.i8.f32 $9, $18, $27
# CHECK: {{^}}  VCVT.i32.f16 $9, $18, $27  # encoding: 0xc0302526c0000000
  VCVT.i32.f16 $9, $18, $27
# CHECK: {{^}}  VCVT.i32.f32 $9, $18, $27  # encoding: 0xc0312526c0000000
  VCVT.i32.f32 $9, $18, $27
# CHECK: {{^}}  VCVT.i8.i32 $9, $18, $27  # encoding: 0xc0232526c0000000
  VCVT.i8.i32 $9, $18, $27
# CHECK: {{^}}  VCVT.i32.i8 $9, $18, $27  # encoding: 0xc0322526c0000000
  VCVT.i32.i8 $9, $18, $27
# CHECK: {{^}}  VCVTZ.f16.i8 $9, $18, $27  # encoding: 0xc1022526c0000000
  VCVTZ.f16.i8 $9, $18, $27
# CHECK: {{^}}  VCVTZ.f16.i32 $9, $18, $27  # encoding: 0xc1032526c0000000
  VCVTZ.f16.i32 $9, $18, $27
# CHECK: {{^}}  VCVTZ.f32.i8 $9, $18, $27  # encoding: 0xc1122526c0000000
  VCVTZ.f32.i8 $9, $18, $27
# CHECK: {{^}}  VCVTZ.f32.i32 $9, $18, $27  # encoding: 0xc1132526c0000000
  VCVTZ.f32.i32 $9, $18, $27
# CHECK: {{^}}  VREQ.i32.i8 $9, $18, $27  # encoding: 0xc2322526c0000000
  VREQ.i32.i8 $9, $18, $27
# CHECK: {{^}}  VREQC.i32.i8 $9, $18, $27, $36, $45  # encoding: 0xc3322526e4b40000
  VREQC.i32.i8 $9, $18, $27, $36, $45
# CHECK: {{^}}  VQNT.f16.i8 $9, $18, $27  # encoding: 0xc4022526c0000000
  VQNT.f16.i8 $9, $18, $27
# CHECK: {{^}}  VQNT.f32.i8 $9, $18, $27  # encoding: 0xc4122526c0000000
  VQNT.f32.i8 $9, $18, $27
# CHECK: {{^}}  VDQNT.i8.f16 $9, $18, $27  # encoding: 0xc5202526c0000000
  VDQNT.i8.f16 $9, $18, $27
# CHECK: {{^}}  VDQNT.i8.f32 $9, $18, $27  # encoding: 0xc5212526c0000000
  VDQNT.i8.f32 $9, $18, $27
# CHECK: {{^}}  VDQNT.i32.f32 $9, $18, $27  # encoding: 0xc5312526c0000000
  VDQNT.i32.f32 $9, $18, $27
