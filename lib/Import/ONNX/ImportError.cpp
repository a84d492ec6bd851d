//===- ImportError.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportError.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

char ImportError::ID = 0;

Error onnx_import::importError(DiagID id, const Twine &message) {
  return make_error<ImportError>(id, message.str());
}

LogicalResult onnx_import::report(DiagnosticEngine &engine,
                                  const DiagLocation &loc, Error error) {
  if (!error)
    return success();
  handleAllErrors(
      std::move(error),
      [&](const ImportError &e) {
        engine.error(e.getDiagID(), loc) << e.getMessage();
      },
      [&](const ErrorInfoBase &e) {
        engine.error(DiagID::ImportMalformed, loc) << e.message();
      });
  return failure();
}
