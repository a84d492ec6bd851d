//===- TensorWriter.h - Types and constants to ONNX ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_TENSORWRITER_H
#define ONNC_LIB_IMPORT_ONNX_TENSORWRITER_H

#include "onnc/IR/Attributes.h"
#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>

namespace onnc::onnx_import {

/// Everything but the data: element type and sizes.
void writeTensorHeader(TensorType type, onnx::TensorProto &proto);
/// \p data is copied: protobuf owns what it serializes.
void writeTensor(TensorType type, const ConstantData &data,
                 onnx::TensorProto &proto);
/// Symbols become dim_params; dimensions that ONNX can't express (sums,
/// products) are left out. An error for types that ONNX doesn't have.
llvm::Error writeType(Type type, onnx::TypeProto &proto);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_TENSORWRITER_H
