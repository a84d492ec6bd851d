//===- ModuleSnapshot.h - What a module was ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Answers whether a module is still as it was, without copying constants.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_PASS_MODULESNAPSHOT_H
#define ONNC_LIB_PASS_MODULESNAPSHOT_H

#include "onnc/IR/Module.h"

namespace onnc {

class ModuleSnapshot {
public:
  explicit ModuleSnapshot(Module &module);

  bool operator==(const ModuleSnapshot &other) const;
  /// The printed module; large constants are elided.
  llvm::StringRef getText() const { return text; }

private:
  std::string text;
  /// The constants that operations carry, in order. Holding them keeps equal
  /// handles meaningful.
  std::vector<ConstantAttr> constants;
};

} // namespace onnc

#endif // ONNC_LIB_PASS_MODULESNAPSHOT_H
