//===- BlobFile.h - The side file of large constants ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A file of constants named by content: the magic "ONNCBLOB", a u64 count,
/// for each entry its SHA-256 (32 bytes), u64 offset and u64 size, then the
/// bytes, each entry aligned to 64. All little-endian. Entries are checked
/// against the file's size when it is opened, and against their hash when they
/// are first used.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_BLOBFILE_H
#define ONNC_IR_BLOBFILE_H

#include "onnc/IR/Constant.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace onnc {

class BlobFile {
public:
  static constexpr llvm::StringRef magic = "ONNCBLOB";
  static constexpr size_t alignment = 64;

  static llvm::Expected<std::unique_ptr<BlobFile>> open(llvm::StringRef path);

  /// The bytes named \p hash (64 hexadecimal digits).
  llvm::Expected<ConstantData> lookup(llvm::StringRef hash);

private:
  struct Entry {
    size_t offset;
    size_t size;
    bool checked = false;
  };
  std::string path;
  BlobRef blob;
  llvm::StringMap<Entry> entries;
};

} // namespace onnc

#endif // ONNC_IR_BLOBFILE_H
