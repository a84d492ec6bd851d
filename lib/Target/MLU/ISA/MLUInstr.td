//===- MLUInstr.td - The MLU100's instruction set ----------*- tablegen -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Modelled on the Cambricon ISA (Liu et al., ISCA 2016): load-store,
// scratchpads instead of vector registers, operands named by (address, size)
// in scalar registers. docs/MLU.md holds the rules that all instructions share:
// queues and waits, number formats, rounding.
//
//===----------------------------------------------------------------------===//

include "ISA/MLUInstrFormats.td"

//===----------------------------------------------------------------------===//
// Configuration registers: what does not fit one word.
//===----------------------------------------------------------------------===//

def CfgSegment : ConfigReg<0, "seg", 0,
  "device addresses are seg * 65536 + register; reaches all 8 GB">;
def CfgGroup : ConfigReg<1, "group", 0,
  "cores of a multicast load, one bit each">;
def CfgCount1 : ConfigReg<2, "cnt1", 1, "strided forms: number of rows">;
def CfgCount2 : ConfigReg<3, "cnt2", 1, "strided forms: number of planes">;
def CfgSrcStride1 : ConfigReg<4, "sstr1", 0, "source bytes from row to row">;
def CfgSrcStride2 : ConfigReg<5, "sstr2", 0,
  "source bytes from plane to plane">;
def CfgDstStride1 : ConfigReg<6, "dstr1", 0,
  "destination bytes from row to row">;
def CfgDstStride2 : ConfigReg<7, "dstr2", 0,
  "destination bytes from plane to plane">;
def CfgInH : ConfigReg<8, "in.h", 1, "rows of the input tile">;
def CfgInW : ConfigReg<9, "in.w", 1, "pixels in a row of the input tile">;
def CfgInC : ConfigReg<10, "in.c", 1, "channels of the input tile">;
def CfgInRow : ConfigReg<11, "in.row", 0,
  "bytes from input row to row; 0: in.w * pixel stride">;
def CfgInPix : ConfigReg<12, "in.pix", 0,
  "bytes from input pixel to pixel; 0: dense">;
def CfgOutH : ConfigReg<13, "out.h", 1, "rows of the output tile">;
def CfgOutW : ConfigReg<14, "out.w", 1, "pixels in a row of the output tile">;
def CfgOutC : ConfigReg<15, "out.c", 1, "channels of the output tile">;
def CfgOutRow : ConfigReg<16, "out.row", 0,
  "bytes from output row to row; 0: out.w * pixel stride">;
def CfgOutPix : ConfigReg<17, "out.pix", 0,
  "bytes from output pixel to pixel; 0: dense">;
def CfgKH : ConfigReg<18, "k.h", 1, "window rows">;
def CfgKW : ConfigReg<19, "k.w", 1, "window columns">;
def CfgStrideH : ConfigReg<20, "stride.h", 1,
  "window step between output rows">;
def CfgStrideW : ConfigReg<21, "stride.w", 1,
  "window step between output pixels">;
def CfgDilH : ConfigReg<22, "dil.h", 1, "distance of window rows">;
def CfgDilW : ConfigReg<23, "dil.w", 1, "distance of window columns">;
def CfgPadT : ConfigReg<24, "pad.t", 0,
  "rows before the input tile (signed). Taps outside the tile are skipped, so "
  "padding below follows from out.h">;
def CfgPadL : ConfigReg<25, "pad.l", 0,
  "pixels before an input row (signed); padding on the right follows from "
  "out.w">;
def CfgInZero : ConfigReg<26, "in.zero", 0,
  "INT8 matrix forms: subtracted from every input element">;
def CfgQZero : ConfigReg<27, "q.zero", 0, "zero point of quantized results">;
def CfgQNumLo : ConfigReg<28, "q.numlo", 1, "numerator, low 32 bits">;
def CfgQNumHi : ConfigReg<29, "q.numhi", 0, "numerator, high 31 bits">;
def CfgQDen : ConfigReg<30, "q.den", 1, "denominator, at least 1">;
def CfgQExp : ConfigReg<31, "q.exp", 0,
  "signed power of two; the scale is num / den * 2^exp, an exact rational">;
def CfgQScale : ConfigReg<32, "q.scale", 0x3f800000,
  "FP32 scale of VQNT and VDQNT">;
def CfgSeed : ConfigReg<33, "seed", 0, "seed of RV">;

//===----------------------------------------------------------------------===//
// Scalar and control. All run in the scalar core, in order, one per cycle.
//===----------------------------------------------------------------------===//

def NOP : Instr<0x00, "NOP", Scalar, [], "nothing">;
def HALT : Instr<0x01, "HALT", Scalar, [],
  "the core's program ends; its queues still drain">;
def JUMP : Instr<0x02, "JUMP", Scalar, [Target], "pc = pc + target">;
def CB : Instr<0x03, "CB", Scalar, [Rs<"cond">, Target],
  "if cond != 0 then pc = pc + target">;
def CBZ : Instr<0x04, "CBZ", Scalar, [Rs<"cond">, Target],
  "if cond == 0 then pc = pc + target">;
def SLI : Instr<0x05, "SLI", Scalar, [Rd<"dst">, Imm], "dst = imm">;
def SMOV : Instr<0x06, "SMOV", Scalar, [Rd<"dst">, Rs<"a">], "dst = a">;
def SGET : Instr<0x07, "SGET", Scalar,
  [Rd<"dst">, Operand<"special", SpecialKind>],
  "dst = this core's number in the launch (%core), or how many cores take part "
  "(%cores)">;
def SLOAD : Instr<0x08, "SLOAD", Scalar, [Rd<"dst">, N<"addr">, Imm],
  "dst = the 32-bit word at NRAM address addr + imm">;
def SSTORE : Instr<0x09, "SSTORE", Scalar, [Rs<"src">, N<"addr">, Imm],
  "the 32-bit word at NRAM address addr + imm = src">;
def SETC : Instr<0x0a, "SETC", Scalar,
  [Operand<"config", ConfigKind>, Rs<"src">],
  "configuration register = src. An instruction reads the configuration when "
  "it is issued">;
def SETCI : Instr<0x0b, "SETCI", Scalar,
  [Operand<"config", ConfigKind>, Imm], "configuration register = imm">;

class ScalarALU<int opcode, string mnemonic, string expr>
    : Instr<opcode, mnemonic, Scalar, [Rd<"dst">, Rs<"a">, Rs<"b">],
            "dst = " # expr>;
class ScalarALUImm<int opcode, string mnemonic, string expr>
    : Instr<opcode, mnemonic, Scalar, [Rd<"dst">, Rs<"a">, Imm],
            "dst = " # expr>;
def SADD : ScalarALU<0x10, "SADD", "a + b modulo 2^32">;
def SSUB : ScalarALU<0x11, "SSUB", "a - b modulo 2^32">;
def SMUL : ScalarALU<0x12, "SMUL", "a * b modulo 2^32">;
def SDIV : ScalarALU<0x13, "SDIV",
  "a / b, signed, towards zero; b = 0 is an error">;
def SREM : ScalarALU<0x14, "SREM",
  "a - (a / b) * b, signed; b = 0 is an error">;
def SMIN : ScalarALU<0x15, "SMIN", "the smaller of a and b, signed">;
def SMAX : ScalarALU<0x16, "SMAX", "the larger of a and b, signed">;
def SAND : ScalarALU<0x17, "SAND", "a and b, bitwise">;
def SOR : ScalarALU<0x18, "SOR", "a or b, bitwise">;
def SXOR : ScalarALU<0x19, "SXOR", "a exclusive-or b, bitwise">;
def SSHL : ScalarALU<0x1a, "SSHL", "a << (b mod 32)">;
def SSHR : ScalarALU<0x1b, "SSHR", "a >> (b mod 32), zeros shifted in">;
def SEQ : ScalarALU<0x1c, "SEQ", "1 if a == b, else 0">;
def SLT : ScalarALU<0x1d, "SLT", "1 if a < b, signed, else 0">;
def SADDI : ScalarALUImm<0x1e, "SADDI", "a + imm modulo 2^32">;
def SMULI : ScalarALUImm<0x1f, "SMULI", "a * imm modulo 2^32">;
def SLTI : ScalarALUImm<0x20, "SLTI", "1 if a < imm, signed, else 0">;
def SANDI : ScalarALUImm<0x21, "SANDI", "a and imm, bitwise">;
def SEQI : ScalarALUImm<0x22, "SEQI", "1 if a == imm, else 0">;

//===----------------------------------------------------------------------===//
// Synchronisation. Queues run beside each other; nothing but these orders them.
//===----------------------------------------------------------------------===//

def MARK : Instr<0x28, "MARK", Scalar,
  [Operand<"token", TokenKind>, Operand<"queue", QueueKind>],
  "token = the point behind everything issued to the queue so far (all: to "
  "every queue)">;
def WAIT : Instr<0x29, "WAIT", Scalar,
  [Operand<"queue", QueueKind>, Operand<"token", TokenKind>],
  "what is issued to the queue from now on starts when the token's point has "
  "completed; scalar: the scalar core itself stops until then; all: both, for "
  "every queue. A token that was never marked is complete">;
def SYNC : Instr<0x2a, "SYNC", Scalar,
  [Operand<"later", QueueKind>, Operand<"earlier", QueueKind>],
  "MARK and WAIT in one: what is issued to the queue `later` from now "
  "on starts "
  "when everything issued to `earlier` so far has completed">;
def BARRIER : Instr<0x2b, "BARRIER", Scalar, [],
  "stops the scalar core until every core of the launch has come to its "
  "BARRIER. Stores to device memory must have been waited for by the scalar "
  "core; only then may another core read them", "100 + 4 * cores">;

//===----------------------------------------------------------------------===//
// Data movement. `size` is in bytes. A strided form moves %cnt2 planes of %cnt1
// rows of `size` bytes; row (p, r) starts p * %sstr2 + r * %sstr1 bytes behind
// the source address, and likewise for the destination. Strides are signed and
// may be 0 or let rows overlap in the source; rows of the destination must not
// overlap.
//===----------------------------------------------------------------------===//

defvar dmaCycles = "bytes / 64, or what the DRAM channels allow; 500 cycles of "
                   "latency";
defvar chipCycles = "rows * ceil(size / 64)";
class Copy<int opcode, string mnemonic, Operand dst, Operand src, string text>
    : Instr<opcode, mnemonic, Dma, [dst, src, Rs<"size">], text, dmaCycles>;
def VLOAD : Copy<0x30, "VLOAD", N<"dst">, D<"src">,
  "copies size bytes of device memory to NRAM">;
def VLOADS : Copy<0x31, "VLOADS", N<"dst">, D<"src">, "VLOAD, strided">;
def VSTORE : Copy<0x32, "VSTORE", D<"dst">, N<"src">,
  "copies size bytes of NRAM to device memory">;
def VSTORES : Copy<0x33, "VSTORES", D<"dst">, N<"src">, "VSTORE, strided">;
def MLOAD : Copy<0x34, "MLOAD", W<"dst">, D<"src">,
  "copies size bytes of device memory to WRAM">;
def MLOADS : Copy<0x35, "MLOADS", W<"dst">, D<"src">, "MLOAD, strided">;
def MSTORE : Copy<0x36, "MSTORE", D<"dst">, W<"src">,
  "copies size bytes of WRAM to device memory">;
def MSTORES : Copy<0x37, "MSTORES", D<"dst">, W<"src">, "MSTORE, strided">;
def VLOADC : Copy<0x38, "VLOADC", N<"dst">, D<"src">,
  "VLOAD by all cores of %group at once: each issues it with the same source "
  "and size, it starts when all have, and device memory is read once">;
def VLOADCS : Copy<0x39, "VLOADCS", N<"dst">, D<"src">, "VLOADC, strided">;
def MLOADC : Copy<0x3a, "MLOADC", W<"dst">, D<"src">,
  "MLOAD by all cores of %group at once, as VLOADC">;
def MLOADCS : Copy<0x3b, "MLOADCS", W<"dst">, D<"src">, "MLOADC, strided">;
def MMOVE : Instr<0x3c, "MMOVE", Dma, [W<"dst">, N<"src">, Rs<"size">],
  "copies size bytes of NRAM to WRAM", chipCycles>;
def MMOVES : Instr<0x3d, "MMOVES", Dma, [W<"dst">, N<"src">, Rs<"size">],
  "MMOVE, strided", chipCycles>;
def VMOVE : Instr<0x3e, "VMOVE", Vector, [N<"dst">, N<"src">, Rs<"size">],
  "copies size bytes within NRAM; source and destination must not overlap",
  "ceil(size / 128)">;
def VMOVES : Instr<0x3f, "VMOVES", Vector, [N<"dst">, N<"src">, Rs<"size">],
  "VMOVE, strided", "rows * ceil(size / 128)">;
def VTRANS : Instr<0x40, "VTRANS", Vector,
  [N<"dst">, N<"src">, Rs<"rows">, Rs<"cols">],
  "dst[c][r] = src[r][c] for r < rows, c < cols",
  "rows * ceil(cols / lanes)", ["f16", "f32", "i8", "i32"]>;
def VFILL : Instr<0x41, "VFILL", Vector, [N<"dst">, Rs<"n">, Rs<"value">],
  "dst[i] = the low bits of value, for i < n", "ceil(n / lanes)",
  ["f16", "f32", "i8", "i32"]>;

//===----------------------------------------------------------------------===//
// Matrix unit. Suffixes are operand type and result type: FP16 sums in FP32,
// INT8 in INT32 (modulo 2^32).
//===----------------------------------------------------------------------===//

defvar convTypes = ["f16.f32", "f16.f16", "i8.i32"];
defvar convText =
  "for y < %out.h, x < %out.w, o < %out.c: s = init; for ky, kx "
  "ascending, with "
  "iy = y * %stride.h - %pad.t + ky * %dil.h and ix alike, if iy and ix are "
  "inside the input tile: for c < %in.c ascending: s = s + in[iy][ix][c] * "
  "w[o][ky][kx][c]; out[y][x][o] = s. FP16: the product is exact, each sum is "
  "rounded to FP32, the result once more to FP16 where asked. INT8: "
  "%in.zero is "
  "subtracted from the input element";
defvar convCycles =
  "taps inside the tile, over all output pixels, * ceil(in.c / 64 or 128) * "
  "ceil(out.c / 16)";
def CONV : Instr<0x48, "CONV", Matrix, [N<"out">, N<"in">, W<"w">],
  "convolution, init = 0: " # convText, convCycles, convTypes>;
def CONVB : Instr<0x49, "CONVB", Matrix,
  [N<"out">, N<"in">, W<"w">, N<"bias">],
  "CONV with init = bias[o], FP32 or INT32", convCycles, convTypes>;
def CONVA : Instr<0x4a, "CONVA", Matrix,
  [N<"out">, N<"in">, W<"w">, N<"partial">],
  "CONV with init = partial[y][x][o], FP32 or INT32, dense; may be the output "
  "itself where that is dense and of the same type. Blocks input channels",
  convCycles, convTypes>;

defvar mmCycles = "m * ceil(k / 64 or 128) * ceil(n / 16)";
defvar mmOps = [N<"out">, N<"a">, W<"b">, Rs<"m">, Rs<"n">, Rs<"k">];
def MMM : Instr<0x4b, "MMM", Matrix, mmOps,
  "out[i][j] = sum over l < k ascending of a[i][l] * b[j][l], from 0, rounded "
  "as in CONV; INT8: %in.zero is subtracted from a", mmCycles, convTypes>;
def MMMB : Instr<0x4c, "MMMB", Matrix, !listconcat(mmOps, [N<"bias">]),
  "MMM from bias[j], FP32 or INT32", mmCycles, convTypes>;
def MMMA : Instr<0x4d, "MMMA", Matrix, !listconcat(mmOps, [N<"partial">]),
  "MMM from partial[i][j], FP32 or INT32, which may be the output", mmCycles,
  convTypes>;
def MMMT : Instr<0x4e, "MMMT", Matrix, mmOps,
  "MMM with b[l][j]: the second matrix stored with n columns", mmCycles,
  convTypes>;
def MMMTA : Instr<0x4f, "MMMTA", Matrix, !listconcat(mmOps, [N<"partial">]),
  "MMMT from partial[i][j], as MMMA", mmCycles, convTypes>;
def MMV : Instr<0x50, "MMV", Matrix,
  [N<"out">, W<"mat">, N<"vec">, Rs<"n">, Rs<"k">],
  "out[j] = sum over l < k of mat[j][l] * vec[l]: MMM with m = 1",
  "ceil(k / 64 or 128) * ceil(n / 16)", convTypes>;
def VMM : Instr<0x51, "VMM", Matrix,
  [N<"out">, N<"vec">, W<"mat">, Rs<"n">, Rs<"k">],
  "out[j] = sum over l < k of vec[l] * mat[l][j]: MMMT with m = 1",
  "ceil(k / 64 or 128) * ceil(n / 16)", convTypes>;
def OP : Instr<0x52, "OP", Matrix,
  [N<"out">, N<"a">, N<"b">, Rs<"m">, Rs<"n">],
  "outer product: out[i][j] = a[i] * b[j]", "m * ceil(n / 16)", convTypes>;
def MAM : Instr<0x53, "MAM", Matrix,
  [N<"out">, N<"a">, N<"b">, Rs<"n">],
  "matrix plus matrix of n elements: out[i] = a[i] + b[i]", "ceil(n / 64)",
  ["f16", "f32"]>;
def MSM : Instr<0x54, "MSM", Matrix,
  [N<"out">, N<"a">, N<"b">, Rs<"n">],
  "matrix minus matrix of n elements: out[i] = a[i] - b[i]", "ceil(n / 64)",
  ["f16", "f32"]>;
def MMS : Instr<0x55, "MMS", Matrix,
  [N<"out">, N<"a">, Rs<"s">, Rs<"n">],
  "matrix of n elements times the FP32 scalar s: out[i] = a[i] * s",
  "ceil(n / 64)", ["f16", "f32"]>;

//===----------------------------------------------------------------------===//
// Vector unit: windows over tiles, geometry as in CONV, channel by channel.
//===----------------------------------------------------------------------===//

defvar windowCycles = "taps inside the tile, over all output pixels, * "
                      "ceil(in.c / lanes)";
defvar dwText =
  "depthwise convolution: out[y][x][c] = init + sum of in[iy][ix][c] * "
  "w[ky][kx][c] over the taps inside the tile, ky and kx ascending; %out.c is "
  "not read. Products and sums are each rounded to FP32 (an FP16 product is "
  "exact), the result to the result's type; INT8 as in CONV";
def DWCONV : Instr<0x58, "DWCONV", Vector, [N<"out">, N<"in">, N<"w">],
  dwText # "; init = 0", windowCycles,
  ["f16.f16", "f16.f32", "f32.f32", "i8.i32"]>;
def DWCONVB : Instr<0x59, "DWCONVB", Vector,
  [N<"out">, N<"in">, N<"w">, N<"bias">],
  "DWCONV with init = bias[c], FP32 or INT32", windowCycles,
  ["f16.f16", "f16.f32", "f32.f32", "i8.i32"]>;
def VPMAX : Instr<0x5a, "VPMAX", Vector, [N<"out">, N<"in">],
  "out[y][x][c] = the largest tap inside the tile, as VGTM; none: the type's "
  "least value (floating: minus infinity)", windowCycles,
  ["f16", "f32", "i8", "i32"]>;
def VPAVG : Instr<0x5b, "VPAVG", Vector, [N<"out">, N<"in">],
  "out[y][x][c] = (sum of the taps inside the tile, from 0, ky and kx "
  "ascending, "
  "in FP32) / their number, rounded to FP32 and then to the type; none: 0",
  windowCycles, ["f16", "f32"]>;
def VPAVGP : Instr<0x5c, "VPAVGP", Vector, [N<"out">, N<"in">],
  "VPAVG with divisor k.h * k.w: padding counts as zeros", windowCycles,
  ["f16", "f32"]>;
def VPSUM : Instr<0x5d, "VPSUM", Vector, [N<"out">, N<"in">],
  "the sum of the taps inside the tile as in VPAVG; INT8 sums in INT32",
  windowCycles, ["f16.f32", "f16.f16", "f32.f32", "i8.i32"]>;
def VWSUM : Instr<0x5e, "VWSUM", Vector,
  [N<"dst">, N<"src">, Rs<"rows">, Rs<"cols">],
  "window sums along rows: dst[r][c] = sum of src[r][j], j ascending from "
  "c - %pad.l to c - %pad.l + %k.w - 1, those inside the row, in FP32",
  "rows * ceil(cols / lanes) * k.w", ["f16", "f32"]>;

//===----------------------------------------------------------------------===//
// Vector unit: element by element. FP16 and FP32 operands are computed in FP32
// and the result rounded once more where FP16 is stored; INT8 and INT32 wrap
// modulo 2^8 and 2^32. Destinations may be operands at the same address.
//===----------------------------------------------------------------------===//

defvar allTypes = ["f16", "f32", "i8", "i32"];
defvar floatTypes = ["f16", "f32"];

// Five forms of a binary operation: with a vector, with a vector of m elements
// cycled, with one element per row, with a scalar, and a scalar before it.
multiclass Binary<int opcode, string vv, string vc, string vr, string vs,
                  string sv, string expr, list<string> types,
                  string rate = ""> {
  defvar cost = "ceil(n / lanes)" # rate;
  def V : Instr<opcode, vv, Vector,
    [N<"dst">, N<"a">, N<"b">, Rs<"n">],
    "dst[i] = " # expr # " with x = a[i], y = b[i], i < n", cost, types>;
  def C : Instr<!add(opcode, 1), vc, Vector,
    [N<"dst">, N<"a">, N<"b">, Rs<"n">, Rs<"m">],
    "as " # vv # " with y = b[i mod m]", cost, types>;
  def R : Instr<!add(opcode, 2), vr, Vector,
    [N<"dst">, N<"a">, N<"b">, Rs<"rows">, Rs<"cols">],
    "as " # vv # " with x = a[r * cols + c], y = b[r], r < rows, c < cols",
    "rows * ceil(cols / lanes)" # rate, types>;
  def S : Instr<!add(opcode, 3), vs, Vector,
    [N<"dst">, N<"a">, Rs<"s">, Rs<"n">],
    "as " # vv # " with y = s: FP32 bits for the floating types, else the low "
    "bits", cost, types>;
  if !ne(sv, "") then
    def SR : Instr<!add(opcode, 4), sv, Vector,
      [N<"dst">, Rs<"s">, N<"b">, Rs<"n">],
      "as " # vv # " with x = s", cost, types>;
}
defm VAV : Binary<0x60, "VAV", "VAVC", "VAVR", "VAS", "", "x + y", allTypes>;
defm VSV : Binary<0x65, "VSV", "VSVC", "VSVR", "VSS", "SSV", "x - y", allTypes>;
defm VMV : Binary<0x6a, "VMV", "VMVC", "VMVR", "VMS", "", "x * y", allTypes>;
defm VDV : Binary<0x6f, "VDV", "VDVC", "VDVR", "VDS", "SDV",
  "x / y (integers: towards zero; 0 where y is 0)", allTypes, " * 4">;
defm VGTM : Binary<0x74, "VGTM", "VGTMC", "VGTMR", "VGTMS", "",
  "the larger of x and y; x if x is NaN or they are equal, y if y is NaN",
  allTypes>;
defm VLTM : Binary<0x78, "VLTM", "VLTMC", "VLTMR", "VLTMS", "",
  "the smaller of x and y; x if x is NaN or they are equal, y if y is NaN",
  allTypes>;
defm VGT : Binary<0x7c, "VGT", "VGTC", "VGTR", "VGTS", "",
  "1 if x > y, else 0", allTypes>;
defm VGE : Binary<0x80, "VGE", "VGEC", "VGER", "VGES", "",
  "1 if x >= y, else 0", allTypes>;
defm VE : Binary<0x84, "VE", "VEC", "VER", "VES", "", "1 if x == y, else 0",
  allTypes>;
defm VAND : Binary<0x88, "VAND", "VANDC", "VANDR", "VANDS", "",
  "1 if x and y are both nonzero, else 0", allTypes>;
defm VOR : Binary<0x8c, "VOR", "VORC", "VORR", "VORS", "",
  "1 if x or y is nonzero, else 0", allTypes>;
defm VXOR : Binary<0x90, "VXOR", "VXORC", "VXORR", "VXORS", "",
  "1 if exactly one of x and y is nonzero, else 0", allTypes>;
defm VPOW : Binary<0x94, "VPOW", "VPOWC", "VPOWR", "VPOWS", "SPOW",
  "x to the power y, special functions as in docs/MLU.md", floatTypes, " * 4">;

class Unary<int opcode, string mnemonic, string expr, list<string> types,
            string rate = "">
    : Instr<opcode, mnemonic, Vector, [N<"dst">, N<"a">, Rs<"n">],
            "dst[i] = " # expr # " with x = a[i], i < n",
            "ceil(n / lanes)" # rate, types>;
def VNOT : Unary<0xa0, "VNOT", "1 if x is 0, else 0", allTypes>;
def VNEG : Unary<0xa1, "VNEG", "-x", allTypes>;
def VABS : Unary<0xa2, "VABS", "the absolute value of x", allTypes>;
def VFLOOR : Unary<0xa3, "VFLOOR", "the largest integer <= x", floatTypes>;
def VCEIL : Unary<0xa4, "VCEIL", "the smallest integer >= x", floatTypes>;
def VROUND : Unary<0xa5, "VROUND", "x rounded to an integer, halves to even",
  floatTypes>;
def VEXP : Unary<0xa6, "VEXP", "e to the power x", floatTypes, " * 4">;
def VLOG : Unary<0xa7, "VLOG", "the natural logarithm of x", floatTypes,
  " * 4">;
def VSQRT : Unary<0xa8, "VSQRT", "the square root of x", floatTypes, " * 4">;
def VRSQRT : Unary<0xa9, "VRSQRT", "1 / square root of x", floatTypes, " * 4">;
def VTANH : Unary<0xaa, "VTANH", "the hyperbolic tangent of x", floatTypes,
  " * 4">;
def VSIGM : Unary<0xab, "VSIGM", "1 / (1 + e^-x)", floatTypes, " * 4">;
def VERF : Unary<0xac, "VERF", "the error function of x", floatTypes, " * 4">;
def VSIN : Unary<0xad, "VSIN", "the sine of x (radians)", floatTypes, " * 4">;
def VCOS : Unary<0xae, "VCOS", "the cosine of x (radians)", floatTypes, " * 4">;
def VRELU : Unary<0xaf, "VRELU", "the larger of x and 0, as VGTM", allTypes>;
def VLRELU : Instr<0xb0, "VLRELU", Vector,
  [N<"dst">, N<"a">, Rs<"s">, Rs<"n">],
  "dst[i] = x if x >= 0 or NaN, else x * s, with x = a[i] and s an FP32 scalar",
  "ceil(n / lanes)", floatTypes>;
def VSEL : Instr<0xb1, "VSEL", Vector,
  [N<"dst">, N<"mask">, N<"a">, N<"b">, Rs<"n">],
  "dst[i] = a[i] if mask[i] is not 0, else b[i]; all of one type",
  "ceil(n / lanes)", allTypes>;
def RV : Instr<0xb2, "RV", Vector, [N<"dst">, Rs<"n">],
  "random vector: dst[i] = h / 2^24 with h the top 24 bits of the "
  "32-bit mix of "
  "%seed + i * 0x9e3779b9: x ^= x >> 16; x *= 0x21f0aaad; x ^= x >> 15; "
  "x *= 0x735a2d97; x ^= x >> 15", "ceil(n / lanes)", floatTypes>;

//===----------------------------------------------------------------------===//
// Vector unit: reductions.
//===----------------------------------------------------------------------===//

defvar rowOps = [N<"dst">, N<"src">, Rs<"rows">, Rs<"cols">];
defvar reduceCycles = "rows * ceil(cols / lanes)";
def VSUM : Instr<0xb8, "VSUM", Vector, rowOps,
  "dst[r] = sum of src[r][c], c < cols. Floating: 16 FP32 sums from 0, "
  "the l-th "
  "over c = l, l + 16, ...; then s[l] += s[l + 8] for l < 8, and so with 4, 2, "
  "1. INT8 sums in INT32", reduceCycles,
  ["f16.f16", "f16.f32", "f32.f32", "i8.i32", "i32.i32"]>;
def VMAX : Instr<0xb9, "VMAX", Vector, rowOps,
  "dst[r] = the largest of src[r][c], as VGTM in ascending order from the "
  "first; cols = 0 is an error", reduceCycles, allTypes>;
def VMIN : Instr<0xba, "VMIN", Vector, rowOps,
  "dst[r] = the smallest of src[r][c], as VLTM in ascending order from the "
  "first; cols = 0 is an error", reduceCycles, allTypes>;
def VARGMAX : Instr<0xbb, "VARGMAX", Vector, rowOps,
  "dst[r] (INT32) = the least c with the largest src[r][c], taken over by a "
  "later element only if it is greater; cols = 0 is an error", reduceCycles,
  ["f16.i32", "f32.i32", "i8.i32", "i32.i32"]>;
def VCSUM : Instr<0xbc, "VCSUM", Vector, rowOps,
  "dst[c] = sum over r ascending of src[r][c], from 0, in FP32 or INT32",
  reduceCycles, ["f16.f16", "f16.f32", "f32.f32", "i8.i32", "i32.i32"]>;
def VCMAX : Instr<0xbd, "VCMAX", Vector, rowOps,
  "dst[c] = the largest of src[r][c] over r, as VMAX; rows = 0 is an error",
  reduceCycles, allTypes>;
def VCMIN : Instr<0xbe, "VCMIN", Vector, rowOps,
  "dst[c] = the smallest of src[r][c] over r, as VMIN; rows = 0 is an error",
  reduceCycles, allTypes>;
def VDOT : Instr<0xbf, "VDOT", Vector,
  [N<"dst">, N<"a">, N<"b">, Rs<"n">],
  "dst[0] = sum of a[i] * b[i], products rounded to FP32, summed as in VSUM",
  "ceil(n / lanes)", ["f16.f16", "f16.f32", "f32.f32", "i8.i32"]>;

//===----------------------------------------------------------------------===//
// Vector unit: conversions and quantization.
//===----------------------------------------------------------------------===//

def VCVT : Instr<0xc0, "VCVT", Vector, [N<"dst">, N<"src">, Rs<"n">],
  "dst[i] = src[i] in the second type: to floating rounded to nearest even; to "
  "integer rounded halves to even and saturated, NaN to 0; between integers "
  "saturated", "ceil(n / lanes of the wider type)",
  ["f16.f32", "f32.f16", "f16.i8", "f16.i32", "f32.i8", "f32.i32", "i8.f16",
   "i8.f32", "i32.f16", "i32.f32", "i8.i32", "i32.i8"]>;
def VCVTZ : Instr<0xc1, "VCVTZ", Vector, [N<"dst">, N<"src">, Rs<"n">],
  "VCVT that rounds towards zero", "ceil(n / lanes of the wider type)",
  ["f16.i8", "f16.i32", "f32.i8", "f32.i32"]>;
def VREQ : Instr<0xc2, "VREQ", Vector, [N<"dst">, N<"src">, Rs<"n">],
  "dst[i] (INT8) = saturate(round(src[i] * num / den * 2^exp) + %q.zero): the "
  "INT32 value times an exact rational from %q.num, %q.den and %q.exp, "
  "halves to "
  "even", "ceil(n / lanes of INT32)", ["i32.i8"]>;
def VREQC : Instr<0xc3, "VREQC", Vector,
  [N<"dst">, N<"src">, N<"table">, Rs<"n">, Rs<"m">],
  "VREQ with a scale per channel: element i takes entry i mod m of the table, "
  "whose entries of 16 bytes are num (64 bit), den (32 bit), exp (32 bit)",
  "ceil(n / lanes of INT32)", ["i32.i8"]>;
def VQNT : Instr<0xc4, "VQNT", Vector, [N<"dst">, N<"src">, Rs<"n">],
  "dst[i] (INT8) = saturate(round(src[i] / %q.scale) + %q.zero); quotient in "
  "FP32, halves to even, NaN to 0", "ceil(n / lanes) * 4", ["f16.i8",
  "f32.i8"]>;
def VDQNT : Instr<0xc5, "VDQNT", Vector, [N<"dst">, N<"src">, Rs<"n">],
  "dst[i] = (src[i] - %q.zero) * %q.scale in FP32, rounded to the second type",
  "ceil(n / lanes of the wider type)", ["i8.f16", "i8.f32", "i32.f32"]>;
