//===- PayloadScanner.h - Separating weights from structure --*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Protobuf copies what it parses and stops at 2 GB. So before it sees a model,
/// the scanner walks the wire format and writes the message again with every
/// tensor's payload (raw_data, packed float_data and double_data) replaced by
/// a marker that says where in the file the payload stands. The rest is small.
///
/// The scanner knows every field of every ONNX message (PayloadScanner.cpp has
/// the tables), also those that the installed libonnx is too old for: a field
/// that isn't in the tables is an error, so nothing is dropped silently.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_PAYLOADSCANNER_H
#define ONNC_LIB_IMPORT_ONNX_PAYLOADSCANNER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace onnc::onnx_import {

/// The messages that a file can hold.
enum class RootMessage { Model, Tensor, Sequence, Map, Optional };

struct StrippedMessage {
  /// What protobuf parses.
  std::string bytes;
  /// Features that are ignored and deserve a warning, each once.
  std::vector<std::string> ignored;
};

/// Fails with the byte's offset where \p file isn't such a message.
llvm::Expected<StrippedMessage> stripPayloads(llvm::StringRef file,
                                              RootMessage root);

/// What stands in TensorProto.raw_data of a stripped message.
struct PayloadMarker {
  enum Kind : char { Raw = 'r', Floats = 'f', Doubles = 'd' };
  Kind kind;
  /// In the file, in bytes.
  uint64_t offset;
  uint64_t size;

  static constexpr size_t encodedSize = 17;
  std::string encode() const;
  static PayloadMarker decode(llvm::StringRef rawData);
};

/// Nesting of messages that is accepted, as protobuf's own limit.
constexpr unsigned maxMessageDepth = 100;

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_PAYLOADSCANNER_H
