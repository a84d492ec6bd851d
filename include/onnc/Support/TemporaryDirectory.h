//===- TemporaryDirectory.h - Files for a while -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_TEMPORARYDIRECTORY_H
#define ONNC_SUPPORT_TEMPORARYDIRECTORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace onnc {

/// A directory of its own, removed with all that is in it by the destructor.
/// Files that getPath() named are removed on the signals that end a program,
/// too.
class TemporaryDirectory {
public:
  /// Among the system's temporary files, with a name that starts with
  /// \p prefix.
  static llvm::Expected<std::unique_ptr<TemporaryDirectory>>
  create(llvm::StringRef prefix);
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
  ~TemporaryDirectory();

  llvm::StringRef str() const { return path; }
  /// The path of the file \p name in it.
  std::string getPath(llvm::StringRef name);
  /// Writes that file.
  llvm::Error write(llvm::StringRef name, llvm::StringRef text);

private:
  explicit TemporaryDirectory(std::string path) : path(std::move(path)) {}
  const std::string path;
  std::vector<std::string> files;
};

} // namespace onnc

#endif // ONNC_SUPPORT_TEMPORARYDIRECTORY_H
