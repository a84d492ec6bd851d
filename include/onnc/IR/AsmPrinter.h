//===- AsmPrinter.h - IR to text --------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Prints modules so that parsing gives the same module and printing again the
/// same bytes. Constants larger than a limit are kept out of the text if there
/// is a side file for them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_ASMPRINTER_H
#define ONNC_IR_ASMPRINTER_H

#include "onnc/IR/Module.h"
#include "llvm/ADT/StringSet.h"

namespace onnc {

/// Receives constants too large for the text; writes them, each once, as a
/// file that BlobFile reads.
class BlobWriter {
public:
  /// Adds \p bytes; returns their name, the SHA-256 in hexadecimal.
  std::string add(llvm::ArrayRef<char> bytes);
  bool empty() const { return entries.empty(); }
  void write(llvm::raw_ostream &os) const;

private:
  struct Entry {
    std::string hash;
    llvm::ArrayRef<char> bytes;
  };
  std::vector<Entry> entries;
  llvm::StringSet<> known;
};

struct PrintOptions {
  /// Where constants of more than maxInlineBytes go; null: all stay in the
  /// text. The constants must outlive it.
  BlobWriter *blobs = nullptr;
  /// The side file's name as it shall stand in the module's header.
  std::string blobFile;
  size_t maxInlineBytes = 1024;
  /// Prints constants of more than 16 elements as "...": for people, can't be
  /// parsed back.
  bool elide = false;
};

void printModule(const Module &module, llvm::raw_ostream &os,
                 const PrintOptions &options = {});

/// Writes \p module to \p path, and its large constants to "<path>.blobs" if
/// there are any; "-" writes to standard output with everything in the text.
/// \p header, lines of comments, goes before the text.
llvm::Error writeModuleFile(const Module &module, llvm::StringRef path,
                            llvm::StringRef header = {});

} // namespace onnc

#endif // ONNC_IR_ASMPRINTER_H
