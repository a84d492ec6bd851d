//===- Link.cpp - One ELF file from objects -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The linker is LLD, in process: no tool chain is needed where onnc runs.
///
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

// The object of Runtime/runtime.c.
extern "C" const char onncX86Runtime[], onncX86RuntimeEnd[];

namespace {
/// A directory that goes with its files.
class ScratchDirectory {
public:
  Error create() {
    if (std::error_code error =
            sys::fs::createUniqueDirectory("onnc-x86", path))
      return createStringError(error, "can't create a temporary directory: " +
                                          error.message());
    return Error::success();
  }
  ~ScratchDirectory() {
    if (!path.empty())
      sys::fs::remove_directories(path);
  }
  std::string getPath(const Twine &name) const {
    SmallString<128> file = path;
    sys::path::append(file, name);
    return file.str().str();
  }
  Expected<std::string> write(const Twine &name, ArrayRef<char> bytes) const {
    std::string file = getPath(name);
    std::error_code error;
    raw_fd_ostream os(file, error);
    if (error)
      return createFileError(file, error);
    os.write(bytes.data(), bytes.size());
    os.close();
    if (os.has_error()) {
      error = os.error();
      os.clear_error();
      return createFileError(file, error);
    }
    return file;
  }

private:
  SmallString<128> path;
};
} // namespace

static Error runLinker(ArrayRef<std::string> arguments) {
  // LLD has global state.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::vector<const char *> args;
  for (const std::string &argument : arguments)
    args.push_back(argument.c_str());
  std::string text;
  raw_string_ostream os(text);
  lld::Result result =
      lld::lldMain(args, os, os, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode)
    return createStringError("linking failed: " + text);
  return Error::success();
}

/// What the code calls of the system, where the linker finds it. A program
/// that loads the model has the C library anyway.
static void addLibraries(std::vector<std::string> &arguments) {
  for (StringRef directory :
       {"/lib/x86_64-linux-gnu/", "/lib64/", "/usr/lib64/", "/usr/lib/"}) {
    std::string libm = (directory + "libm.so.6").str();
    if (!sys::fs::exists(libm))
      continue;
    arguments.push_back(libm);
    return;
  }
}

Error x86::linkProgram(IRProgram &program, const Manifest &manifest,
                       const Processor &processor, bool shared,
                       raw_ostream &os) {
  auto objects = compileProgram(program, processor);
  if (!objects)
    return objects.takeError();
  ScratchDirectory scratch;
  if (Error error = scratch.create())
    return error;
  std::vector<std::string> arguments = {"ld.lld", shared ? "-shared" : "-r",
                                        "-o", scratch.getPath("out")};
  if (shared)
    for (const char *option : {"-Bsymbolic", "-z", "now", "--as-needed",
                               "--build-id=none", "--gc-sections"})
      arguments.push_back(option);
  auto add = [&](const Twine &name, ArrayRef<char> bytes) -> Error {
    auto file = scratch.write(name, bytes);
    if (!file)
      return file.takeError();
    arguments.push_back(*file);
    return Error::success();
  };
  for (auto [i, object] : enumerate(*objects))
    if (Error error = add("code" + Twine(i) + ".o", object))
      return error;
  if (Error error = add("runtime.o", {onncX86Runtime, onncX86RuntimeEnd}))
    return error;
  auto text = wrapText(".onnc.manifest", manifest.write());
  if (!text)
    return text.takeError();
  if (Error error = add("manifest.o", *text))
    return error;
  auto packed = scratch.write("weights", program.weights.pack());
  if (!packed)
    return packed.takeError();
  auto weights = wrapFile(getWeightsSymbol(program), *packed);
  if (!weights)
    return weights.takeError();
  if (Error error = add("weights.o", *weights))
    return error;
  if (shared)
    addLibraries(arguments);
  if (Error error = runLinker(arguments))
    return error;
  auto result = MemoryBuffer::getFile(scratch.getPath("out"), false, false);
  if (!result)
    return createFileError(scratch.getPath("out"), result.getError());
  os << (*result)->getBuffer();
  return Error::success();
}
