//===- Header.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Header.h"
#include "../Processor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

std::string cortexm::makeComment(StringRef text) {
  std::string out;
  for (char c : text) {
    // A '\' could join lines, and "??/" is one to some compilers.
    bool plain = isPrint(c) && c != '\\' && c != '?';
    if (c == '/' && !out.empty() && out.back() == '*')
      plain = false;
    out += plain ? c : '.';
  }
  return out;
}

void cortexm::writeSignature(const Manifest &m, raw_ostream &os) {
  os << "void " << m.getEntry() << "(void *arena";
  if (m.usesExternalRam())
    os << ", void *" << Manifest::externalParameter;
  for (const TensorParameter &t : m.inputs)
    os << ", const " << *getCType(t.type) << " *" << t.parameter;
  for (const TensorParameter &t : m.outputs)
    os << ", " << *getCType(t.type) << " *" << t.parameter;
  os << ")";
}

static void writeTensor(const Manifest &m, const TensorParameter &t,
                        StringRef role, raw_ostream &os) {
  os << "/* " << role << " '" << makeComment(t.name) << "': " << getName(t.type)
     << " [";
  interleave(t.shape, os, "][");
  os << "] */\n#define " << m.getMacroPrefix() << StringRef(t.parameter).upper()
     << "_ELEMENTS " << t.getNumElements() << "u\n";
}

void cortexm::writeHeader(const Manifest &m, raw_ostream &os) {
  std::string prefix = m.getMacroPrefix();
  os << "/* The model '" << m.model << "' for " << m.processor->name
     << ", as onnc compiled it. */\n"
     << "#ifndef " << prefix << "H\n#define " << prefix << "H\n\n"
     << "#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "/* The memory that a run works in. It needn't be initialized and "
        "keeps\n"
     << "   nothing from one run to the next. */\n"
     << "#define " << prefix << "ARENA_BYTES " << m.arenaBytes << "u\n"
     << "#define " << prefix << "ARENA_ALIGNMENT " << m.arenaAlignment
     << "u\n\n";
  if (m.usesExternalRam())
    os << "/* More of it, which may be slow: external RAM. */\n"
       << "#define " << prefix << "EXTERNAL_ARENA_BYTES " << m.externalBytes
       << "u\n"
       << "#define " << prefix << "EXTERNAL_ARENA_ALIGNMENT "
       << m.externalAlignment << "u\n\n";
  for (const TensorParameter &t : m.inputs)
    writeTensor(m, t, "input", os);
  for (const TensorParameter &t : m.outputs)
    writeTensor(m, t, "output", os);
  os << "\n/* Runs the model. Tensors are dense and row-major; no two "
        "arguments\n"
     << "   may overlap. Reentrant with arenas and outputs of one's own. */\n";
  writeSignature(m, os);
  os << ";\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}
