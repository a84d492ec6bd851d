//===- MappedFile.h - Files that stay mapped -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Models and their external data are mapped, each file once, and stay so for
/// as long as a constant refers to them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_MAPPEDFILE_H
#define ONNC_LIB_IMPORT_ONNX_MAPPEDFILE_H

#include "onnc/IR/Constant.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace onnc::onnx_import {

/// Maps the regular file \p path; anything else (a directory, a device) is an
/// error.
llvm::Expected<BlobRef> mapFile(llvm::StringRef path);

/// The files beside a model that hold its tensors' external data.
class ExternalFiles {
public:
  /// \p directory: where the model stands, the only place whose files may be
  /// read.
  explicit ExternalFiles(llvm::StringRef directory) : directory(directory) {}

  /// The file that a tensor's "location" names. Neither the location itself
  /// nor what symbolic links make of it may leave the directory.
  llvm::Expected<BlobRef> open(llvm::StringRef location);

private:
  std::string directory;
  llvm::StringMap<BlobRef> files;
};

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_MAPPEDFILE_H
