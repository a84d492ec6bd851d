//===- Constant.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Constant.h"
#include "onnc/Support/ElementType.h"
#include <cstring>

using namespace llvm;
using namespace onnc;

Blob::Blob(std::unique_ptr<MemoryBuffer> b) : buffer(std::move(b)) {
  bytes = {buffer->getBufferStart(), buffer->getBufferSize()};
}

Blob::Blob(std::vector<char> b) : owned(std::move(b)), bytes(owned) {}

ConstantData::ConstantData(BlobRef b, size_t offset, size_t size, bool splat)
    : blob(std::move(b)), offset(offset), size(size), splat(splat) {
  assert(offset <= blob->getBytes().size() &&
         size <= blob->getBytes().size() - offset && "slice outside its blob");
}

ConstantData::ConstantData(std::vector<char> bytes, bool splat)
    : size(bytes.size()), splat(splat) {
  blob = BlobRef(new Blob(std::move(bytes)));
}

ConstantData::ConstantData(std::vector<std::string> s)
    : strings(std::make_shared<const std::vector<std::string>>(std::move(s))) {}

std::vector<char> ConstantData::materialize(TensorType type) const {
  ArrayRef<char> bytes = getBytes();
  if (!splat)
    return bytes.vec();
  std::vector<char> out(*type.getByteSize());
  unsigned bits = getBitWidth(type.getElementType());
  if (bits < 8) {
    unsigned char pattern = 0;
    for (unsigned at = 0; at < 8; at += bits)
      pattern |= (bytes[0] & ((1u << bits) - 1)) << at;
    std::fill(out.begin(), out.end(), static_cast<char>(pattern));
    return out;
  }
  for (size_t at = 0; at < out.size(); at += bytes.size())
    std::memcpy(&out[at], bytes.data(), bytes.size());
  return out;
}

bool ConstantData::operator==(const ConstantData &other) const {
  if (splat != other.splat || bool(strings) != bool(other.strings))
    return false;
  if (strings && strings != other.strings && *strings != *other.strings)
    return false;
  ArrayRef<char> a = getBytes(), b = other.getBytes();
  return a.size() == b.size() &&
         (a.data() == b.data() ||
          (a.size() && std::memcmp(a.data(), b.data(), a.size()) == 0) ||
          a.empty());
}
