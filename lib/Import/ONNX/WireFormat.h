//===- WireFormat.h - Reading protobuf's wire format ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A cursor over the fields of one encoded message. It trusts nothing: every
/// length is checked against what is left, and every error names the byte's
/// offset in the file.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_WIREFORMAT_H
#define ONNC_LIB_IMPORT_ONNX_WIREFORMAT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace onnc::onnx_import {

enum class WireType : uint8_t {
  Varint = 0,
  Fixed64 = 1,
  Length = 2,
  StartGroup = 3,
  EndGroup = 4,
  Fixed32 = 5,
};

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::Varint;
  /// Where the field's tag stands.
  uint64_t offset = 0;
  /// The value of a Varint, Fixed32 or Fixed64 field.
  uint64_t value = 0;
  /// The contents of a Length field, and where they stand.
  llvm::StringRef payload;
  uint64_t payloadOffset = 0;
  /// Tag, length and contents as they stand.
  llvm::StringRef encoded;
};

class WireReader {
public:
  /// Reads the fields of \p message, whose first byte has the offset \p base.
  explicit WireReader(llvm::StringRef message, uint64_t base = 0)
      : bytes(message), base(base) {}

  bool atEnd() const { return pos == bytes.size(); }
  /// The next field. Groups, which ONNX never uses, are errors.
  llvm::Expected<WireField> next();

private:
  llvm::Expected<uint64_t> readVarint();
  llvm::Error error(uint64_t at, const llvm::Twine &message) const;

  llvm::StringRef bytes;
  uint64_t base;
  uint64_t pos = 0;
};

/// Encoding, by appending to \p out.
void writeVarint(std::string &out, uint64_t value);
void writeVarintField(std::string &out, uint32_t number, uint64_t value);
void writeLengthField(std::string &out, uint32_t number,
                      llvm::StringRef payload);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_WIREFORMAT_H
