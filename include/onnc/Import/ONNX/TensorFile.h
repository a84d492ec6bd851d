//===- TensorFile.h - Values in .pb files --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// ONNX's test data keeps every input and output in a file of its own: a
/// TensorProto, SequenceProto or OptionalProto, which doesn't tell which of
/// these it is.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IMPORT_ONNX_TENSORFILE_H
#define ONNC_IMPORT_ONNX_TENSORFILE_H

#include "onnc/IR/Constant.h"
#include "onnc/IR/Types.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnc {

/// A tensor, or a sequence, an optional or a map of such values.
struct FileValue {
  /// Of a tensor: with static shape.
  Type type;
  std::string name;
  /// The tensor; a slice of the mapped file where the format allows it.
  ConstantData data;
  /// A sequence's elements; an optional's value, if there is one; a map's
  /// values.
  std::vector<FileValue> elements;
  /// A map's keys, as many as elements: the one or the other.
  std::vector<int64_t> keys = {};
  std::vector<std::string> stringKeys = {};
};

/// Reads \p path. \p expected, the type of the graph's input or output, tells
/// which message the file is (a null type: a tensor); that the value agrees
/// with it is not checked.
llvm::Expected<FileValue> readTensorFile(Context &context, llvm::StringRef path,
                                         Type expected = Type());

/// Writes \p value whole or not at all.
llvm::Error writeTensorFile(const FileValue &value, llvm::StringRef path);

} // namespace onnc

#endif // ONNC_IMPORT_ONNX_TENSORFILE_H
