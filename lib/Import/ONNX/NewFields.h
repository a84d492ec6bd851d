//===- NewFields.h - Fields that libonnx doesn't know --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Protobuf keeps fields newer than the installed libonnx apart, undecoded.
/// These functions read those that matter; the scanner has refused what nobody
/// knows.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_NEWFIELDS_H
#define ONNC_LIB_IMPORT_ONNX_NEWFIELDS_H

#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace onnc::onnx_import {

/// Which of several functions of one name a node calls (ONNX 1.16).
std::string getOverload(const onnx::NodeProto &node);
std::string getOverload(const onnx::FunctionProto &function);
/// Attributes of a function that have defaults (ONNX 1.13).
llvm::Expected<std::vector<onnx::AttributeProto>>
getAttributeDefaults(const onnx::FunctionProto &function);
/// Types of values inside of a function (ONNX 1.16).
llvm::Expected<std::vector<onnx::ValueInfoProto>>
getValueInfo(const onnx::FunctionProto &function);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_NEWFIELDS_H
