//===- WireFormat.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WireFormat.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace onnc::onnx_import;

Error WireReader::error(uint64_t at, const Twine &message) const {
  return createStringError(inconvertibleErrorCode(),
                           "byte " + Twine(base + at) + ": " + message);
}

Expected<uint64_t> WireReader::readVarint() {
  uint64_t start = pos, value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (pos == bytes.size())
      return error(start, "the message ends inside a number");
    auto byte = static_cast<uint8_t>(bytes[pos++]);
    if (shift == 63 && byte > 1)
      break;
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  return error(start, "a number takes more than 64 bits");
}

Expected<WireField> WireReader::next() {
  WireField field;
  uint64_t start = pos;
  field.offset = base + start;
  Expected<uint64_t> tag = readVarint();
  if (!tag)
    return tag.takeError();
  uint64_t number = *tag >> 3;
  if (number == 0 || number >= (1u << 29))
    return error(start, "field number " + Twine(number) + " is out of range");
  field.number = static_cast<uint32_t>(number);
  field.type = static_cast<WireType>(*tag & 7);
  uint64_t left;
  switch (field.type) {
  case WireType::Varint: {
    Expected<uint64_t> value = readVarint();
    if (!value)
      return value.takeError();
    field.value = *value;
    break;
  }
  case WireType::Fixed32:
  case WireType::Fixed64: {
    unsigned size = field.type == WireType::Fixed32 ? 4 : 8;
    if (bytes.size() - pos < size)
      return error(pos, "the message ends inside a fixed-size number");
    const char *data = bytes.data() + pos;
    field.value = size == 4 ? support::endian::read32le(data)
                            : support::endian::read64le(data);
    pos += size;
    break;
  }
  case WireType::Length: {
    Expected<uint64_t> size = readVarint();
    if (!size)
      return size.takeError();
    left = bytes.size() - pos;
    if (*size > left)
      return error(start, "field " + Twine(number) + " has " + Twine(*size) +
                              " bytes, but the message has only " +
                              Twine(left) + " more");
    field.payload = bytes.substr(pos, *size);
    field.payloadOffset = base + pos;
    pos += *size;
    break;
  }
  case WireType::StartGroup:
  case WireType::EndGroup:
    return error(start, "field " + Twine(number) +
                            " is a group, which no ONNX message has");
  default:
    return error(start, "field " + Twine(number) +
                            " has the unknown wire type " + Twine(*tag & 7));
  }
  field.encoded = bytes.substr(start, pos - start);
  return field;
}

void onnc::onnx_import::writeVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void onnc::onnx_import::writeVarintField(std::string &out, uint32_t number,
                                         uint64_t value) {
  writeVarint(out, uint64_t(number) << 3 | uint64_t(WireType::Varint));
  writeVarint(out, value);
}

void onnc::onnx_import::writeLengthField(std::string &out, uint32_t number,
                                         StringRef payload) {
  writeVarint(out, uint64_t(number) << 3 | uint64_t(WireType::Length));
  writeVarint(out, payload.size());
  out.append(payload.data(), payload.size());
}
