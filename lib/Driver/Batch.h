//===- Batch.h - Several runs in one tensor ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_BATCH_H
#define ONNC_DRIVER_BATCH_H

#include "onnc/Target/Program.h"

namespace onnc {

/// Cuts and stacks tensors along a leading axis that counts runs.
class Batch {
public:
  /// Has \p value a leading axis?
  static bool isBatch(const RuntimeValue &value) {
    return value.isTensor() && value.getTensor().getRank() != 0;
  }
  /// The number of runs in \p inputs: their common leading dimension. Inputs
  /// without any element are an error: they could ask for any number of runs.
  static llvm::Expected<int64_t> count(llvm::ArrayRef<RuntimeValue> inputs,
                                       llvm::ArrayRef<ProgramValueInfo> infos);
  /// Run \p i's inputs, views of \p inputs.
  static std::vector<RuntimeValue> slice(llvm::ArrayRef<RuntimeValue> inputs,
                                         int64_t i);
  /// One tensor of all \p parts, which must have one type and shape.
  static llvm::Expected<RuntimeValue> stack(llvm::ArrayRef<RuntimeValue> parts,
                                            llvm::StringRef name);
};

} // namespace onnc

#endif // ONNC_DRIVER_BATCH_H
