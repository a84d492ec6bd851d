//===- ImportError.h - Errors with a diagnostic's name -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Inside the importer, errors travel as llvm::Error; whoever knows the node
/// turns them into a located diagnostic.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_IMPORTERROR_H
#define ONNC_LIB_IMPORT_ONNX_IMPORTERROR_H

#include "onnc/Support/Diagnostics.h"

namespace onnc::onnx_import {

class ImportError : public llvm::ErrorInfo<ImportError> {
public:
  static char ID;
  ImportError(DiagID id, std::string message)
      : id(id), message(std::move(message)) {}

  DiagID getDiagID() const { return id; }
  const std::string &getMessage() const { return message; }
  void log(llvm::raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  DiagID id;
  std::string message;
};

llvm::Error importError(DiagID id, const llvm::Twine &message);

/// The file contradicts the format.
inline llvm::Error malformed(const llvm::Twine &message) {
  return importError(DiagID::ImportMalformed, message);
}
/// The file is right, but onnc can't do what it asks for.
inline llvm::Error unsupported(const llvm::Twine &message) {
  return importError(DiagID::ImportUnsupportedFeature, message);
}

/// Reports \p error at \p loc, as ImportMalformed unless it knows better.
LogicalResult report(DiagnosticEngine &engine, const DiagLocation &loc,
                     llvm::Error error);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_IMPORTERROR_H
