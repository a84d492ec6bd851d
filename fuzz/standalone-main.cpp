//===- standalone-main.cpp - A fuzz driver for every compiler -------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Stands in for libFuzzer where the compiler has none: runs the harness on
/// every seed, then on mutants of the seeds. It knows nothing of coverage, but
/// one -seed always gives the same mutants, so it serves as a regression test
/// in every build. Takes those of libFuzzer's options that the tests use:
///
///   X-fuzzer [-runs=N] [-seed=N] [-max_len=N] [-timeout=SECONDS]
///            [-artifact_prefix=PATH] FILE|DIRECTORY...
///
/// An input that crashes the harness or takes longer than the timeout is left
/// in <artifact_prefix>crash; naming that file alone runs it again.
///
//===----------------------------------------------------------------------===//

#include "Random.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/WithColor.h"
#include <algorithm>
#include <climits>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace llvm;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
// Hooks that a harness may have.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data,
                                                                size_t size,
                                                                size_t maxSize,
                                                                unsigned seed);
extern "C" __attribute__((weak)) size_t
LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                          const uint8_t *donor, size_t donorSize, uint8_t *out,
                          size_t maxSize, unsigned seed);

namespace {

struct Config {
  uint64_t runs = 0;
  uint64_t seed = 1;
  uint64_t maxLength = 4096;
  unsigned timeout = 60;
  std::string artifactPrefix;
  std::vector<std::string> paths;
};

/// Makes mutants of a corpus.
class Mutator {
public:
  Mutator(ArrayRef<std::string> corpus, uint64_t seed, size_t maxLength)
      : corpus(corpus), random(seed), maxLength(maxLength) {}

  std::string next();
  /// Changes \p input in one place, without the harness's hooks.
  void mutate(std::string &input);

private:
  size_t below(size_t bound) { return random.below(bound); }
  const std::string &pick() { return corpus[below(corpus.size())]; }
  std::string callHooks(const std::string &input);
  void overwriteNumber(std::string &input);
  void overwriteDigits(std::string &input);
  void spliceFrom(const std::string &donor, std::string &input);

  ArrayRef<std::string> corpus;
  onnc::fuzz::Random random;
  size_t maxLength;
};

} // namespace

/// Puts a number that programs get wrong over 1, 2, 4 or 8 bytes.
void Mutator::overwriteNumber(std::string &input) {
  static constexpr uint64_t numbers[] = {
      0,          1,          2,          0x7f,       0x80,
      0xff,       0x7fff,     0x8000,     0xffff,     0x7fffffff,
      0x80000000, 0xffffffff, ~0ull >> 1, 1ull << 63, ~0ull};
  uint64_t number = numbers[below(std::size(numbers))];
  size_t width = size_t(1) << below(4);
  if (input.size() < width)
    return;
  memcpy(&input[below(input.size() - width + 1)], &number, width);
}

/// Replaces a decimal number of a text by another.
void Mutator::overwriteDigits(std::string &input) {
  static constexpr StringLiteral numbers[] = {
      "0",   "1",     "-1",         "2",          "3",
      "64",  "65537", "2147483647", "4294967296", "9223372036854775807",
      "1e9", "nan"};
  size_t begin = input.find_first_of("0123456789", below(input.size()));
  if (begin == std::string::npos)
    return;
  size_t end = input.find_first_not_of("0123456789", begin);
  input.replace(begin, std::min(end, input.size()) - begin,
                numbers[below(std::size(numbers))].str());
}

void Mutator::spliceFrom(const std::string &donor, std::string &input) {
  size_t from = below(donor.size());
  size_t length = below(std::min<size_t>(donor.size() - from, 64) + 1);
  size_t to = below(input.size() + 1);
  size_t replaced = below(2) ? std::min(length, input.size() - to) : 0;
  input.replace(to, replaced, donor, from, length);
}

void Mutator::mutate(std::string &input) {
  size_t at = below(input.size());
  switch (below(8)) {
  case 0:
    if (!input.empty())
      input[at] ^= char(1u << below(8));
    return;
  case 1:
    if (!input.empty())
      input[at] = char(below(256));
    return;
  case 2:
    return overwriteNumber(input);
  case 3:
    return overwriteDigits(input);
  case 4:
    input.erase(at, below(32) + 1);
    return;
  case 5:
    if (below(8) == 0)
      input.resize(at);
    return;
  case 6:
    return spliceFrom(input, input);
  default:
    return spliceFrom(pick(), input);
  }
}

/// Gives libFuzzer's primitive to the hooks.
static Mutator *currentMutator;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize) {
  std::string input(reinterpret_cast<const char *>(data), size);
  currentMutator->mutate(input);
  size = std::min(input.size(), maxSize);
  memcpy(data, input.data(), size);
  return size;
}

std::string Mutator::callHooks(const std::string &input) {
  currentMutator = this;
  std::string buffer(std::max(maxLength, input.size()), '\0');
  auto *data = reinterpret_cast<uint8_t *>(buffer.data());
  auto bytes = [](const std::string &text) {
    return reinterpret_cast<const uint8_t *>(text.data());
  };
  size_t size = 0;
  if (LLVMFuzzerCustomCrossOver && below(8) == 0) {
    const std::string &donor = pick();
    size = LLVMFuzzerCustomCrossOver(bytes(input), input.size(), bytes(donor),
                                     donor.size(), data, buffer.size(),
                                     unsigned(below(UINT_MAX)));
  }
  if (size == 0) {
    memcpy(data, input.data(), input.size());
    size = LLVMFuzzerCustomMutator(data, input.size(), buffer.size(),
                                   unsigned(below(UINT_MAX)));
  }
  buffer.resize(size);
  return buffer;
}

std::string Mutator::next() {
  if (LLVMFuzzerCustomMutator)
    return callHooks(pick());
  std::string input = pick();
  for (size_t i = 0, count = 1 + below(5); i != count; ++i)
    mutate(input);
  if (input.size() > maxLength)
    input.resize(maxLength);
  return input;
}

//===----------------------------------------------------------------------===//
// What is left of a crash
//===----------------------------------------------------------------------===//

static std::string artifact;
static StringRef currentInput;

/// Runs in a signal handler: system calls only.
static void saveInput(void *) {
  int file = -1;
  if (sys::fs::openFileForWrite(artifact, file))
    return;
  for (StringRef rest = currentInput; !rest.empty();) {
    ssize_t written = write(file, rest.data(), rest.size());
    if (written <= 0)
      break;
    rest = rest.drop_front(written);
  }
  close(file);
}

static void runOne(StringRef input, unsigned timeout) {
  currentInput = input;
  alarm(timeout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(input.data()),
                         input.size());
  alarm(0);
}

//===----------------------------------------------------------------------===//
// The command line
//===----------------------------------------------------------------------===//

/// Adds \p path, or all files below it, in the order of their names.
static Error readCorpus(const std::string &path,
                        std::vector<std::string> &corpus) {
  std::vector<std::string> files;
  if (sys::fs::is_directory(path)) {
    std::error_code ec;
    for (sys::fs::recursive_directory_iterator it(path, ec), end;
         !ec && it != end; it.increment(ec))
      if (it->type() == sys::fs::file_type::regular_file)
        files.push_back(it->path());
    if (ec)
      return createFileError(path, ec);
    llvm::sort(files);
  } else {
    files.push_back(path);
  }
  for (const std::string &file : files) {
    auto buffer = MemoryBuffer::getFile(file);
    if (!buffer)
      return createFileError(file, buffer.getError());
    corpus.push_back((*buffer)->getBuffer().str());
  }
  return Error::success();
}

static Expected<Config> parseArguments(ArrayRef<char *> arguments) {
  Config config;
  for (StringRef argument : arguments) {
    StringRef value = argument;
    bool bad = false;
    if (!value.consume_front("-"))
      config.paths.push_back(argument.str());
    else if (value.consume_front("runs="))
      bad = value.getAsInteger(10, config.runs);
    else if (value.consume_front("seed="))
      bad = value.getAsInteger(10, config.seed);
    else if (value.consume_front("max_len="))
      bad = value.getAsInteger(10, config.maxLength);
    else if (value.consume_front("timeout="))
      bad = value.getAsInteger(10, config.timeout);
    else if (value.consume_front("artifact_prefix="))
      config.artifactPrefix = value.str();
    else
      bad = true;
    if (bad)
      return createStringError("can't understand '" + argument + "'");
  }
  return config;
}

static Error runAll(const Config &config) {
  std::vector<std::string> corpus;
  for (const std::string &path : config.paths)
    if (Error error = readCorpus(path, corpus))
      return error;
  if (corpus.empty())
    return createStringError("no seeds");
  for (const std::string &input : corpus)
    runOne(input, config.timeout);
  // Seeds longer than the limit were run whole, but are no material.
  Mutator mutator(corpus, config.seed, config.maxLength);
  for (uint64_t i = corpus.size(); i < config.runs; ++i)
    runOne(mutator.next(), config.timeout);
  errs() << "Done " << std::max<uint64_t>(config.runs, corpus.size())
         << " runs\n";
  return Error::success();
}

int main(int argc, char **argv) {
  sys::PrintStackTraceOnErrorSignal(argv[0]);
  sys::AddSignalHandler(saveInput, nullptr);
  signal(SIGALRM, [](int) { abort(); });
  Expected<Config> config = parseArguments(ArrayRef(argv + 1, argc - 1));
  Error error = config ? Error::success() : config.takeError();
  if (!error) {
    artifact = config->artifactPrefix + "crash";
    error = runAll(*config);
  }
  if (!error)
    return 0;
  WithColor::error(errs(), argv[0]) << toString(std::move(error)) << '\n';
  return 1;
}
