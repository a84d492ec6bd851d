//===- ProtoFile.h - From mapped bytes to protobuf messages --*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Strips (PayloadScanner.h) and parses.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_PROTOFILE_H
#define ONNC_LIB_IMPORT_ONNX_PROTOFILE_H

#include "PayloadScanner.h"
#include <onnx/onnx_pb.h>

namespace onnc::onnx_import {

/// Parses \p file into \p message, which is of the kind \p root. Payloads of
/// its tensors are markers. Returns the features that are ignored and deserve
/// a warning.
llvm::Expected<std::vector<std::string>>
parseMessage(llvm::StringRef file, RootMessage root,
             google::protobuf::MessageLite &message);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_PROTOFILE_H
