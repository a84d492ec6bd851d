//===- OutputDirectory.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputDirectory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

Expected<std::string> onnc::findManifest(StringRef directory,
                                         const TargetRegistry &targets) {
  std::vector<std::string> found;
  std::error_code ec;
  for (sys::fs::directory_iterator it(directory, ec), end; it != end && !ec;
       it.increment(ec)) {
    if (sys::path::extension(it->path()) != ".json" ||
        !sys::fs::is_regular_file(it->path()))
      continue;
    auto buffer = MemoryBuffer::getFile(it->path());
    if (buffer && targets.recognize(**buffer))
      found.push_back(it->path());
  }
  if (ec)
    return createFileError(directory, ec);
  llvm::sort(found);
  if (found.empty())
    return createFileError(
        directory, createStringError("the directory holds no compiled program: "
                                     "it has no manifest (.json)"));
  if (found.size() > 1)
    return createFileError(
        directory, createStringError("the directory holds several programs; "
                                     "name the manifest of one: " +
                                     join(found, ", ")));
  return found.front();
}
