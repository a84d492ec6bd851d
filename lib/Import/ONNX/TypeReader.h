//===- TypeReader.h - TypeProto to types ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Types, and what becomes of the names of dimensions: those of the graph's
/// inputs are symbols, or sizes that the user gave; any other name could never
/// be checked at run time, and its dimension is unknown.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_TYPEREADER_H
#define ONNC_LIB_IMPORT_ONNX_TYPEREADER_H

#include "onnc/IR/Types.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>

namespace onnc::onnx_import {

class TypeReader {
public:
  explicit TypeReader(Context &context) : context(context) {}

  /// The dimension \p name of a graph input has the size \p value. An error if
  /// it already has another.
  llvm::Error fixDimension(llvm::StringRef name, int64_t value);

  /// The type of the graph input \p input; its dimension names become known.
  /// Anonymous dimensions get symbols named after the input.
  llvm::Expected<Type> readInput(const onnx::ValueInfoProto &input);
  /// Any other type; null where \p type says nothing.
  llvm::Expected<Type> read(const onnx::TypeProto &type);

private:
  llvm::Expected<Type> readTensor(int32_t element, bool hasShape,
                                  const onnx::TensorShapeProto &shape);
  DimExpr makeSymbol(const llvm::Twine &name);

  Context &context;
  llvm::StringMap<DimExpr> dimensions;
  llvm::StringSet<> symbols;
  /// The input being read; empty: not an input.
  llvm::StringRef inputName;
};

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_TYPEREADER_H
