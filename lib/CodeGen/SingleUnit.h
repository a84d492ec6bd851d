//===- SingleUnit.h - Machines with one unit --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_SINGLEUNIT_H
#define ONNC_LIB_CODEGEN_SINGLEUNIT_H

#include "onnc/Machine/Machine.h"
#include "onnc/Support/Diagnostics.h"

namespace onnc {

/// The unit of \p machine; null, with the error reported, where there is more
/// than one.
inline const ProcessingUnit *getSingleUnit(const Machine &machine,
                                           DiagnosticEngine &diagnostics) {
  if (machine.units.size() == 1)
    return &machine.units.front();
  diagnostics.error(DiagID::CodeGenUnsupported)
      << "machine '" << machine.name << "' has " << machine.units.size()
      << " processing units; code generation supports one";
  return nullptr;
}

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_SINGLEUNIT_H
