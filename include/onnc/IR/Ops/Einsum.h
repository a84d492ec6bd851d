//===- Einsum.h - Einsum's equation -----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_EINSUM_H
#define ONNC_IR_OPS_EINSUM_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnc {

/// One letter per dimension, '.' for an ellipsis; a letter may stand twice in a
/// term of an operand (the diagonal), not in the result's.
struct EinsumEquation {
  std::vector<std::string> inputs;
  /// Also where the equation leaves it implicit.
  std::string output;
};

/// Parses "ij,jk->ik". Blanks are ignored.
llvm::Expected<EinsumEquation> parseEinsum(llvm::StringRef text);

} // namespace onnc

#endif // ONNC_IR_OPS_EINSUM_H
