//===- OperatorHistory.h - Which versions of an operator are read -*- C++
//-*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the importer accepts of an operator, for references: read from the
/// tables that it upgrades nodes with.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IMPORT_ONNX_OPERATORHISTORY_H
#define ONNC_IMPORT_ONNX_OPERATORHISTORY_H

#include "onnc/IR/OpInfo.h"
#include "llvm/ADT/SmallVector.h"

namespace onnc {

/// Versions of the operator set that \p name stands for the operator in.
struct OperatorVersions {
  llvm::StringRef name;
  /// The first that is read, and the last. Older forms of it, if there are,
  /// are refused.
  int first, last;
  /// Versions at which the form changed so that older nodes are converted,
  /// ascending. Other changes only allowed more.
  llvm::SmallVector<int, 4> conversions;
};

/// The versions of \p info, an ONNX operator, under its own name first, then
/// under names that it had earlier.
llvm::SmallVector<OperatorVersions, 1> getOperatorHistory(const OpInfo &info);

} // namespace onnc

#endif // ONNC_IMPORT_ONNX_OPERATORHISTORY_H
