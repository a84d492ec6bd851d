//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading and writing .npy files: format versions 1 to 3 of NumPy's
// lib/format.py, whose text is the specification.
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_NPY_H
#define ONNC_SUPPORT_NPY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cassert>
#include <memory>
#include <string>
#include <vector>

namespace onnc {

/// NumPy 2 allows 64 dimensions, its predecessors 32.
inline constexpr size_t maxNpyRank = 64;

enum class NpyType : uint8_t {
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Float16,
  Float32,
  Float64,
  Complex64,
  Complex128,
  /// One or two bytes that NumPy knows no meaning of: how the Python package
  /// ml_dtypes saves 8-bit floats and bfloat16.
  Void8,
  Void16,
  /// NumPy's fixed-width 'S' (bytes) and 'U' (text), as std::string.
  String,
};

/// The size of an element in bytes; 0 for strings.
unsigned getNpyElementSize(NpyType type);

/// The type as NumPy writes it into a file on a little-endian host: "<f4",
/// "|b1". For strings "<U", without the width.
llvm::StringRef getNpyDescr(NpyType type);

/// An array in memory.
struct NpyArray {
  NpyType type = NpyType::Float32;

  /// No negative dimension, and the product of those that aren't zero, times
  /// the size of an element in bytes, fits int64_t. Empty: a scalar.
  llvm::SmallVector<int64_t, 4> shape;

  /// The elements in row-major order and the host's byte order, aligned for
  /// the type. Bools are 0 or 1. Empty for strings.
  llvm::ArrayRef<uint8_t> data;

  /// The elements of an array of strings, in row-major order, text as UTF-8.
  std::vector<std::string> strings;

  /// Owns what data points to: the mapped file, or a converted copy.
  std::unique_ptr<llvm::MemoryBuffer> storage;

  int64_t getNumElements() const;

  /// The elements as \p T, whose size is the element type's.
  template <typename T> llvm::ArrayRef<T> values() const {
    assert(sizeof(T) == getNpyElementSize(type) && "another element type");
    return llvm::ArrayRef<T>(reinterpret_cast<const T *>(data.data()),
                             data.size() / sizeof(T));
  }
};

/// Reads the array in \p buffer, which may become the array's storage. Errors
/// are llvm::FileErrors with the buffer's name, and say at which byte. Objects
/// (pickled Python), records and dates are errors, as is anything after the
/// array.
llvm::Expected<NpyArray> parseNpy(std::unique_ptr<llvm::MemoryBuffer> buffer);

/// Maps the file \p path and reads the array in it.
llvm::Expected<NpyArray> readNpy(llvm::StringRef path);

/// Writes the file that numpy.save would write, byte for byte. \p data is
/// row-major and in the host's byte order, of the size that \p shape asks for,
/// which has at most maxNpyRank dimensions.
void writeNpy(llvm::raw_ostream &os, NpyType type,
              llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<uint8_t> data);

/// The same for text, which must be UTF-8: the array is as wide as its longest
/// string. NumPy strips zero characters from the end of each.
llvm::Error writeNpyStrings(llvm::raw_ostream &os,
                            llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<std::string> strings);

} // namespace onnc

#endif // ONNC_SUPPORT_NPY_H
