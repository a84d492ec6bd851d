//===- OutputFile.h - Files written whole or not at all ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_OUTPUTFILE_H
#define ONNC_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>

namespace onnc {

/// An output of a program. Nothing appears under its name before commit(),
/// which puts all of it there or returns an error; without a commit, on every
/// error and on the signals that end a program, what stood there stays.
///
/// A regular file is written to a temporary file in the same directory that
/// commit() renames; it keeps the permissions of the file that it replaces,
/// and a symbolic link still points to it. Bytes for what can't be renamed
/// over (standard output, named "-"; a device; a pipe) wait in memory.
///
/// Every error is an llvm::FileError with the name given to create().
class OutputFile {
public:
  /// Fails where a file of that name can't be written: early, so that a long
  /// compilation doesn't end in a wrong directory.
  static llvm::Expected<std::unique_ptr<OutputFile>>
  create(llvm::StringRef path);

  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;
  ~OutputFile();

  llvm::raw_pwrite_stream &os() { return *stream; }

  /// Call once, after the last write. Errors of earlier writes, such as a full
  /// disk, are reported here.
  llvm::Error commit();

private:
  explicit OutputFile(llvm::StringRef path) : path(path) {}
  llvm::Error openTemporary(int existingPermissions);
  llvm::Error closeDescriptor();
  llvm::Error commitBuffer();
  llvm::Error error(llvm::StringRef what, std::error_code ec) const;

  const std::string path;      ///< As the user wrote it.
  std::string destination;     ///< Behind symbolic links.
  std::string temporary;       ///< Empty: there is none.
  int descriptor = -1;         ///< What stream writes to, if it is a file.
  llvm::SmallString<0> buffer; ///< Where there is no temporary file.
  std::unique_ptr<llvm::raw_pwrite_stream> stream;
};

/// Can a second file stand beside the output \p path and be found by its name?
/// Not beside standard output, a device or a pipe.
bool canHaveSideFile(llvm::StringRef path);

/// Runs \p write on the stream of an OutputFile and commits it if that
/// succeeds.
llvm::Error writeOutputFile(
    llvm::StringRef path,
    llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);

} // namespace onnc

#endif // ONNC_SUPPORT_OUTPUTFILE_H
