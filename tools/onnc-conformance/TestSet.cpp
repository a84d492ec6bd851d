//===- TestSet.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"

using namespace llvm;
using namespace onnc;

static bool isTest(const Twine &path) {
  return sys::fs::exists(path + "/model.onnx");
}

Expected<std::string> TestSet::unpack(StringRef archive) {
  auto tar = sys::findProgramByName("tar");
  if (!tar)
    return createStringError(tar.getError(), "there is no program 'tar'");
  auto directory = TemporaryDirectory::create("onnc-conformance");
  if (!directory)
    return directory.takeError();
  std::string message;
  StringRef args[] = {*tar, "-xf", archive, "-C", (*directory)->str()};
  if (sys::ExecuteAndWait(*tar, args, std::nullopt, {}, 0, 0, &message))
    return createStringError("tar can't unpack it" +
                             (message.empty() ? "" : ": " + message));
  unpacked.push_back(std::move(*directory));
  return unpacked.back()->str().str();
}

Error TestSet::add(StringRef path) {
  std::string root = path.str();
  if (sys::fs::is_regular_file(path)) {
    auto directory = unpack(path);
    if (!directory)
      return createFileError(path, directory.takeError());
    root = *directory;
  }
  const size_t first = tests.size();
  if (isTest(root))
    tests.push_back(root);
  std::error_code ec;
  for (sys::fs::recursive_directory_iterator it(root, ec), end;
       it != end && !ec; it.increment(ec))
    if (isTest(it->path())) {
      tests.push_back(it->path());
      it.no_push();
    }
  if (ec)
    return createFileError(path, ec);
  if (tests.size() == first)
    return createFileError(path, createStringError("there are no tests here"));
  std::sort(tests.begin() + first, tests.end());
  return Error::success();
}

Error TestSet::filter(StringRef pattern) {
  Regex regex(pattern);
  std::string problem;
  if (!regex.isValid(problem))
    return createStringError("'" + pattern +
                             "' isn't a regular expression: " + problem);
  erase_if(tests, [&](const std::string &test) {
    return !regex.match(sys::path::filename(test));
  });
  if (tests.empty())
    return createStringError("no test's name matches '" + pattern + "'");
  return Error::success();
}
