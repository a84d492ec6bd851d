//===- MLUInstrFormats.td - Shape of the records -----------*- tablegen -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An instruction is one 64-bit word:
//
//   63..56  opcode
//   55..52  first element type      51..48  second element type
//   47..0   operands, packed downwards from bit 47 in the order of the record;
//           a 32-bit immediate or branch target always takes bits 31..0
//
// Bits that no operand uses are zero; the decoder insists on it, so that every
// word has one reading. --gen-mlu-instr-* derive the encoder's and decoder's
// tables, the assembler's, the typed program builder and the reference from
// these records.
//
//===----------------------------------------------------------------------===//

class InstrQueue<string name, int value> {
  string Name = name;
  int Value = value;
}
def Scalar : InstrQueue<"scalar", 0>;
def Matrix : InstrQueue<"matrix", 1>;
def Vector : InstrQueue<"vector", 2>;
def Dma    : InstrQueue<"dma", 3>;

// How an operand is written and how many bits it takes.
class OperandKind<string name, int width, string syntax> {
  string Name = name;
  int Width = width;
  string Syntax = syntax;
}
def RegKind     : OperandKind<"Reg", 6, "$0 ... $63">;
def ImmKind     : OperandKind<"Imm", 32, "a 32-bit integer, or a literal "
                              "such as 1.5 for the bits of an FP32 number">;
def TargetKind  : OperandKind<"Target", 32, "a label, or a signed distance in "
                              "instructions from this one">;
def ConfigKind  : OperandKind<"Config", 8, "%name of a configuration register">;
def QueueKind   : OperandKind<"Queue", 3, "scalar, matrix, vector, dma or all">;
def TokenKind   : OperandKind<"Token", 6, "@0 ... @63">;
def SpecialKind : OperandKind<"Special", 3, "%core or %cores">;

// What a register operand holds: a value, or an address in a memory.
class Operand<string name, OperandKind kind, string space = "",
              bit defines = false> {
  string Name = name;
  OperandKind Kind = kind;
  string Space = space;
  bit Defines = defines;   // The scalar register is written.
}
class Rd<string name> : Operand<name, RegKind, "", true>;
class Rs<string name> : Operand<name, RegKind>;
class N<string name> : Operand<name, RegKind, "nram">;
class W<string name> : Operand<name, RegKind, "wram">;
class D<string name> : Operand<name, RegKind, "dram">;
def Imm : Operand<"imm", ImmKind>;
def Target : Operand<"target", TargetKind>;

class Instr<int opcode, string mnemonic, InstrQueue queue,
            list<Operand> operands, string semantics, string cycles = "1",
            list<string> types = []> {
  int Opcode = opcode;
  string Mnemonic = mnemonic;
  InstrQueue IssueQueue = queue;
  list<Operand> Operands = operands;
  // Allowed suffixes, "f16" or "f16.f32"; empty: the instruction has none.
  list<string> Types = types;
  string Semantics = semantics;
  string Cycles = cycles;
}

class ConfigReg<int index, string name, int reset, string doc> {
  int Index = index;
  string Name = name;
  int Reset = reset;
  string Doc = doc;
}
