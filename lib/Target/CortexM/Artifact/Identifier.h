//===- Identifier.h - Names of models as names in C -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Names in generated code are of lower case: macros, which are of upper case,
/// can't meet them, whatever a model calls its values.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_ARTIFACT_IDENTIFIER_H
#define ONNC_TARGET_CORTEXM_ARTIFACT_IDENTIFIER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace onnc::cortexm {

/// Can \p name be a name in generated code: a letter, then letters, digits and
/// '_', all of lower case, 100 at most, in C and in C++ no keyword and not
/// reserved?
bool isIdentifier(llvm::StringRef name);

/// The nearest name for which that holds: "Conv 1:0" is "conv_1_0", "3" is
/// "x3", "int" is "int_".
std::string makeIdentifier(llvm::StringRef name);

/// Makes identifiers that all differ.
class IdentifierSet {
public:
  /// makeIdentifier(name), with a number behind it where that is taken.
  std::string add(llvm::StringRef name);

private:
  llvm::StringSet<> taken;
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_ARTIFACT_IDENTIFIER_H
