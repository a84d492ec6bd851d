//===- TestSet.h - Where node tests are -------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_CONFORMANCE_TESTSET_H
#define ONNC_TOOLS_CONFORMANCE_TESTSET_H

#include "onnc/Support/TemporaryDirectory.h"

namespace onnc {

/// Directories with a model.onnx, found in directories and archives.
class TestSet {
public:
  /// Adds \p path if it is a test, else those below it, sorted by name. An
  /// archive that tar knows is unpacked first. An error where there are none.
  llvm::Error add(llvm::StringRef path);

  /// Keeps the tests whose names \p pattern, a regular expression, matches
  /// somewhere. An error where that is malformed or no test is left.
  llvm::Error filter(llvm::StringRef pattern);

  const std::vector<std::string> &getDirectories() const { return tests; }

private:
  llvm::Expected<std::string> unpack(llvm::StringRef archive);

  std::vector<std::string> tests;
  /// What was unpacked, for as long as this lives.
  std::vector<std::unique_ptr<TemporaryDirectory>> unpacked;
};

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_TESTSET_H
