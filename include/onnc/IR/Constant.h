//===- Constant.h - The bytes of constant tensors ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Constant tensors are slices of shared blobs. A blob is a mapped file or an
/// owned buffer; it lives as long as any slice does, and cloning a module
/// shares it. Slices may have any alignment: read elements with memcpy or
/// llvm::support::endian, never through a cast pointer.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_CONSTANT_H
#define ONNC_IR_CONSTANT_H

#include "onnc/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>
#include <vector>

namespace onnc {

/// Shared, immutable bytes.
class Blob : public llvm::ThreadSafeRefCountedBase<Blob> {
public:
  /// Takes \p buffer, typically a mapped file.
  explicit Blob(std::unique_ptr<llvm::MemoryBuffer> buffer);
  explicit Blob(std::vector<char> bytes);

  llvm::ArrayRef<char> getBytes() const { return bytes; }

private:
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::vector<char> owned;
  llvm::ArrayRef<char> bytes;
};
using BlobRef = llvm::IntrusiveRefCntPtr<const Blob>;

/// The value of a constant tensor of static shape: little-endian, row-major,
/// sub-byte types packed as ElementTypes.def says; a splat stores one element
/// (one byte where it is smaller than a byte: the low bits count). Strings are
/// kept apart, as they have no fixed size.
class ConstantData {
public:
  ConstantData() = default;
  /// A slice of \p blob; it must lie inside the blob.
  ConstantData(BlobRef blob, size_t offset, size_t size, bool splat = false);
  explicit ConstantData(std::vector<char> bytes, bool splat = false);
  explicit ConstantData(std::vector<std::string> strings);

  bool isSplat() const { return splat; }
  llvm::ArrayRef<char> getBytes() const {
    return blob ? blob->getBytes().slice(offset, size) : llvm::ArrayRef<char>();
  }
  const BlobRef &getBlob() const { return blob; }
  llvm::ArrayRef<std::string> getStrings() const {
    return strings ? llvm::ArrayRef<std::string>(*strings)
                   : llvm::ArrayRef<std::string>();
  }

  /// The element at \p index (of a type at least a byte wide), read at any
  /// alignment.
  template <typename T> T get(size_t index) const {
    return llvm::support::endian::read<T, llvm::endianness::little>(
        getBytes().data() + (splat ? 0 : index * sizeof(T)));
  }

  /// All \p type's bytes, a splat written out.
  std::vector<char> materialize(TensorType type) const;

  bool operator==(const ConstantData &other) const;

private:
  BlobRef blob;
  size_t offset = 0;
  size_t size = 0;
  bool splat = false;
  std::shared_ptr<const std::vector<std::string>> strings;
};

} // namespace onnc

#endif // ONNC_IR_CONSTANT_H
