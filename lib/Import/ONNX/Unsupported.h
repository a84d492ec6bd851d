//===- Unsupported.h - All unsupported operators at once -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Collects the nodes that can't be imported, so that the user learns of all
/// of them from one run.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_UNSUPPORTED_H
#define ONNC_LIB_IMPORT_ONNX_UNSUPPORTED_H

#include "onnc/Support/Diagnostics.h"
#include <map>

namespace onnc::onnx_import {

class UnsupportedOps {
public:
  /// \p op: as messages show it.
  void add(llvm::StringRef op, llvm::StringRef reason, llvm::StringRef node);
  bool empty() const { return groups.empty(); }
  /// One error with a note for each operator and reason.
  void report(DiagnosticEngine &engine, llvm::StringRef file) const;

private:
  /// Nodes by operator and reason.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>>
      groups;
};

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_UNSUPPORTED_H
