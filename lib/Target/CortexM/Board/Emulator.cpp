//===- Emulator.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emulator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static constexpr Tool emulator = {"qemu-system-arm", "qemu-system-arm"};

/// QEMU's options separate their parts by ','; two are one.
static std::string escape(StringRef text) {
  std::string out;
  for (char c : text)
    out += c == ',' ? ",," : std::string(1, c);
  return out;
}

/// The plugin is installed in a directory beside this library.
static Expected<std::string> findPlugin() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&findPlugin), &info) || !info.dli_fname)
    return createStringError("the library's own path is unknown");
  SmallString<128> path(sys::path::parent_path(info.dli_fname));
  sys::path::append(path, "onnc", "libonnc-icount.so");
  sys::fs::make_absolute(path);
  if (!sys::fs::exists(path))
    return createStringError("QEMU's plugin '" + path +
                             "' isn't there; the installation is incomplete");
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// How it ended
//===----------------------------------------------------------------------===//

namespace {
/// struct status of Runtime/harness.h.
struct Status {
  enum State : uint32_t { Done = 1, Fault, StackOverflow, FileError };
  support::ulittle32_t magic, state, runs, stack, pc, lr, cause;
};
constexpr uint32_t statusMagic = 0x434e4e4f;
} // namespace

/// What the bits of the configurable fault status register mean (Armv7-M
/// reference manual, B3.2.15); "" where none is set.
static StringRef describeCause(uint32_t cause) {
  static constexpr std::pair<unsigned, StringRef> causes[] = {
      {0, "no instruction may be fetched there"},
      {1, "it accesses data where there is none"},
      {8, "no instruction can be fetched there"},
      {9, "it accesses data where there is none"},
      {10, "data was accessed where there is none"},
      {16, "the instruction is undefined"},
      {17, "the state is invalid"},
      {18, "the return is invalid"},
      {19, "there is no such coprocessor"},
      {20, "the stack is beyond its limit"},
      {24, "the access isn't aligned"},
      {25, "it divides by zero"}};
  for (auto [bit, text] : causes)
    if (cause >> bit & 1)
      return text;
  return "";
}

static std::string describeAddress(const Image &image, uint32_t address) {
  std::string out = "0x" + utohexstr(address, /*LowerCase=*/true, 8);
  if (const Image::Function *f = image.findFunction(address & ~1u))
    out += " in '" + f->name + "'";
  return out;
}

/// An error unless all \p runs were done.
static Expected<Status> readStatus(const Image &image, uint64_t runs,
                                   const ToolResult &result,
                                   TemporaryDirectory &directory) {
  auto buffer = MemoryBuffer::getFile(directory.getPath("status"),
                                      /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  Status status;
  if (!buffer || (*buffer)->getBufferSize() != sizeof status)
    return createStringError("the emulator ended before the program did:\n" +
                             result.messages);
  memcpy(&status, (*buffer)->getBufferStart(), sizeof status);
  std::string run = " in run " + std::to_string(status.runs);
  if (status.magic != statusMagic)
    return createStringError("the program destroyed its own status");
  if (status.state == Status::Fault) {
    StringRef cause = describeCause(status.cause);
    return createStringError("fault at " + describeAddress(image, status.pc) +
                             (cause.empty() ? "" : (": " + cause).str()) + run +
                             " (called from " +
                             describeAddress(image, status.lr) + ")");
  }
  if (status.state == Status::StackOverflow)
    return createStringError("the stack overflowed the RAM" + run);
  if (status.state != Status::Done || status.runs != runs)
    return createStringError("the program couldn't exchange files with the "
                             "host" +
                             run);
  return status;
}

//===----------------------------------------------------------------------===//
// What was counted
//===----------------------------------------------------------------------===//

/// Reads what Counter/icount.c wrote.
static Expected<EmulationCounts> readCounts(const Image &image,
                                            StringRef path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("QEMU's plugin counted nothing");
  EmulationCounts counts;
  std::map<std::string, uint64_t> byFunction;
  SmallVector<StringRef, 0> lines;
  (*buffer)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    StringRef rest = line;
    uint64_t address, executed;
    if (rest.consume_front("run ") && !rest.getAsInteger(10, executed)) {
      counts.instructions.push_back(executed);
      continue;
    }
    if (!rest.consume_front("block ") || rest.consumeInteger(0, address) ||
        rest.ltrim().getAsInteger(10, executed))
      return createStringError("QEMU's plugin wrote '" + line + "'");
    const Image::Function *f = image.findFunction(address);
    byFunction[f ? f->name : "(elsewhere)"] += executed;
  }
  counts.byFunction.assign(byFunction.begin(), byFunction.end());
  stable_sort(counts.byFunction,
              [](auto &a, auto &b) { return a.second > b.second; });
  return counts;
}

Expected<EmulationCounts> cortexm::emulate(const Image &image,
                                           const Board &board, uint64_t runs,
                                           unsigned timeLimit,
                                           TemporaryDirectory &directory) {
  auto plugin = findPlugin();
  if (!plugin)
    return plugin.takeError();
  std::string counted = directory.getPath("counts");
  for (StringRef stale : {"status", "outputs", "counts"})
    sys::fs::remove(directory.getPath(stale));
  std::string arguments[] = {
      "-machine",
      board.name.str(),
      "-kernel",
      image.path,
      "-nographic",
      "-monitor",
      "none",
      "-serial",
      "none",
      "-semihosting-config",
      "enable=on,target=native,arg=" + escape(directory.str()),
      "-plugin",
      escape(*plugin) + ",begin=0x" + utohexstr(image.entry) + ",end=0x" +
          utohexstr(image.returned) + ",out=" + escape(counted)};
  auto result = runTool(emulator, arguments, timeLimit, directory);
  if (!result)
    return result.takeError();
  auto status = readStatus(image, runs, *result, directory);
  if (!status)
    return status.takeError();
  auto counts = readCounts(image, counted);
  if (!counts)
    return counts.takeError();
  if (counts->instructions.size() != runs)
    return createStringError("the model returned " +
                             Twine(counts->instructions.size()) + " times in " +
                             Twine(runs) + " runs");
  counts->stackBytes = status->stack;
  return counts;
}
