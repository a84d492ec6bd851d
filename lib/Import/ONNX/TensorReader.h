//===- TensorReader.h - TensorProto to constants -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Turns the tensors of a stripped message (PayloadScanner.h) into constants.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_TENSORREADER_H
#define ONNC_LIB_IMPORT_ONNX_TENSORREADER_H

#include "MappedFile.h"
#include "onnc/IR/Attributes.h"
#include <onnx/onnx_pb.h>

namespace onnc::onnx_import {

class TensorReader {
public:
  /// \p file: what the message was read from. \p directory: see ExternalFiles.
  TensorReader(Context &context, BlobRef file, llvm::StringRef directory)
      : context(context), file(std::move(file)), external(directory) {}

  /// Slices of files, except for the fields of varints (int32_data, …), which
  /// must be decoded. Checks that shape, type and payload agree.
  llvm::Expected<ConstantAttr> read(const onnx::TensorProto &tensor);
  /// A sparse tensor written out.
  llvm::Expected<ConstantAttr> read(const onnx::SparseTensorProto &tensor);

private:
  llvm::Expected<TensorType> readType(const onnx::TensorProto &tensor);
  llvm::Expected<ConstantData> readPayload(const onnx::TensorProto &tensor,
                                           TensorType type);
  llvm::Expected<ConstantData> readExternal(const onnx::TensorProto &tensor,
                                            TensorType type);
  llvm::Expected<ConstantData> readFields(const onnx::TensorProto &tensor,
                                          TensorType type);

  Context &context;
  BlobRef file;
  ExternalFiles external;
};

/// The type of a tensor of ONNX's element type \p element and the sizes
/// \p dims; an error where these make no sense.
llvm::Expected<TensorType> makeStaticType(Context &context, int32_t element,
                                          llvm::ArrayRef<int64_t> dims);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_TENSORREADER_H
