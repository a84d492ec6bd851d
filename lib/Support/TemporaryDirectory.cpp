//===- TemporaryDirectory.cpp --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/TemporaryDirectory.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace onnc;

Expected<std::unique_ptr<TemporaryDirectory>>
TemporaryDirectory::create(StringRef prefix) {
  SmallString<128> path;
  if (std::error_code ec = sys::fs::createUniqueDirectory(prefix, path))
    return createStringError(ec, "can't create a temporary directory: " +
                                     ec.message());
  return std::unique_ptr<TemporaryDirectory>(
      new TemporaryDirectory(path.str().str()));
}

TemporaryDirectory::~TemporaryDirectory() {
  sys::fs::remove_directories(path);
  for (const std::string &file : files)
    sys::DontRemoveFileOnSignal(file);
}

std::string TemporaryDirectory::getPath(StringRef name) {
  SmallString<128> file(path);
  sys::path::append(file, name);
  if (!is_contained(files, file.str())) {
    sys::RemoveFileOnSignal(file);
    files.push_back(file.str().str());
  }
  return file.str().str();
}

Error TemporaryDirectory::write(StringRef name, StringRef text) {
  return writeOutputFile(getPath(name), [&](raw_pwrite_stream &os) {
    os << text;
    return Error::success();
  });
}
