//===- Export.h - IR to ONNX models --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Writes a module of ONNX operators as an ONNX model of the newest operator
/// set: bodies become graph attributes that capture outer values by name.
/// Importing the file gives the same module again, up to names that ONNX needs
/// and the module lacked.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IMPORT_ONNX_EXPORT_H
#define ONNC_IMPORT_ONNX_EXPORT_H

#include "onnc/IR/Module.h"
#include "llvm/ADT/StringRef.h"

namespace onnc {

struct ExportOptions {
  /// Constants of at least this many bytes go to "<path>.data" beside the
  /// model. Protobuf can't write models of 2 GB and more in one file.
  uint64_t externalThreshold = UINT64_MAX;
  /// The operator set of ai.onnx to write, from 5 on; 0: the newest. Operators
  /// get the forms that they had there; what has none is an error that says
  /// why. Element types that came later are written all the same.
  int64_t opset = 0;
};

/// Writes the graph "main" of \p module to \p path. Fails, with the error
/// reported and nothing written, if there are operators that ONNX doesn't
/// have (all are named), or types that it can't express.
LogicalResult exportModel(Module &module, llvm::StringRef path,
                          const ExportOptions &options = {});

/// The same to memory, with all constants inside; nullopt where it fails.
std::optional<std::string>
exportModelToBytes(Module &module, const ExportOptions &options = {});

/// Why \p op can't be written in operator set \p opset of ai.onnx (see
/// ExportOptions::opset); nullopt where it can.
std::optional<std::string> getOpsetRefusal(const Operation &op, int64_t opset);

} // namespace onnc

#endif // ONNC_IMPORT_ONNX_EXPORT_H
