// The generator refuses records that have no encoding, with their place.
// RUN: not onnc-tblgen --gen-mlu-instrs -DWIDE -I %onnc_src/lib/Target/MLU %s 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not onnc-tblgen --gen-mlu-instrs -DOVERLAP -I %onnc_src/lib/Target/MLU %s 2>&1 | FileCheck %s --check-prefix=OVERLAP
// RUN: not onnc-tblgen --gen-mlu-instrs -DTWICE -I %onnc_src/lib/Target/MLU %s 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: onnc-tblgen --gen-mlu-instrs -I %onnc_src/lib/Target/MLU %s | FileCheck %s --check-prefix=TABLE
// RUN: onnc-tblgen --gen-mlu-instr-docs -I %onnc_src/lib/Target/MLU %s | FileCheck %s --check-prefix=DOCS
// RUN: onnc-tblgen --gen-mlu-machine-docs -I %onnc_src/lib/Target/MLU %onnc_src/lib/Target/MLU/ISA/MLUMachine.td | FileCheck %s --check-prefix=MACHINE

include "ISA/MLUInstrFormats.td"

// TABLE: {Opcode::MIX, "MIX", Queue::Vector, 3, {{.*}}"dst", OperandKind::Reg, 42, 6, false}, {"a", OperandKind::Reg, 36, 6, false}, {"imm", OperandKind::Imm, 0, 32, false}, }, 1, {{.*}}ElemType::F16, ElemType::F32, true}, }},
// TABLE: void mix(Reg dst, Reg a, uint32_t imm)
// DOCS: ### MIX (0x01)
// DOCS: MIX.type dst:nram, a, imm
// DOCS: - `imm`: a 32-bit integer{{.*}}; bits 31..0
// DOCS: - cycles: n
// DOCS: adds salt.
def MIX : Instr<1, "MIX", Vector, [N<"dst">, Rs<"a">, Imm], "adds salt", "n",
                ["f16.f32"]>;

#ifdef WIDE
// WIDE: instr-backend.td:[[#@LINE+1]]:5: error: operands exceed 48 bits
def BIG : Instr<2, "BIG", Scalar, [Rs<"a">, Rs<"b">, Rs<"c">, Rs<"d">, Rs<"e">,
                Rs<"f">, Rs<"g">, Rs<"h">, Rs<"i">], "nothing">;
#endif
#ifdef OVERLAP
// OVERLAP: instr-backend.td:[[#@LINE+1]]:5: error: an operand overlaps the immediate
def LAP : Instr<2, "LAP", Scalar, [Rs<"a">, Rs<"b">, Rs<"c">, Imm], "nothing">;
#endif
#ifdef TWICE
// TWICE: instr-backend.td:[[#@LINE+1]]:5: error: Opcode already taken by MIX
def MAX : Instr<1, "MAX", Scalar, [], "nothing">;
#endif

// MACHINE: | cores | 32 | cores | Paleozoic |
// MACHINE: | dmaLatency | 500 | cycles | chosen |
// MACHINE: `mlu100-measured`: {{.*}} (multicast = 0).
