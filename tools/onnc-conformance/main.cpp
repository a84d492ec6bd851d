//===- main.cpp - onnc-conformance ----------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs ONNX's backend tests: a line for each failure, and how many passed.
///
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-conformance/Options.inc"
#include "NodeTest.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace llvm::opt;
using namespace onnc;

namespace {

int fail(const Twine &message) {
  WithColor::error(errs(), "onnc-conformance") << message << '\n';
  return 1;
}

/// \p path if it is a test, else those below it, sorted.
std::vector<std::string> findTests(const std::string &path) {
  if (sys::fs::exists(path + "/model.onnx"))
    return {path};
  std::vector<std::string> tests;
  std::error_code ec;
  for (sys::fs::directory_iterator it(path, ec), end; it != end && !ec;
       it.increment(ec))
    if (sys::fs::exists(it->path() + "/model.onnx"))
      tests.push_back(it->path());
  llvm::sort(tests);
  return tests;
}

int runTests(const InputArgList &args) {
  RunOptions options;
  options.naiveKernels = args.hasArg(OPT_naive);
  unsigned counts[3] = {};
  static constexpr StringLiteral names[] = {"passed", "FAILED", "skipped"};
  for (const std::string &path : args.getAllArgValues(OPT_INPUT)) {
    std::vector<std::string> tests = findTests(path);
    if (tests.empty())
      return fail(path + ": there are no tests here");
    for (const std::string &test : tests) {
      TestResult result = runNodeTest(test, options);
      auto outcome = static_cast<unsigned>(result.outcome);
      ++counts[outcome];
      if (result.outcome != Outcome::Failed && !args.hasArg(OPT_verbose))
        continue;
      outs() << names[outcome] << ' ' << sys::path::filename(test);
      if (!result.reason.empty())
        outs() << ": " << result.reason;
      outs() << '\n';
    }
  }
  outs() << counts[0] << " passed, " << counts[1] << " failed, " << counts[2]
         << " skipped\n";
  return counts[1] != 0;
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  ToolOptTable table;
  unsigned missing, missingCount;
  InputArgList args =
      table.ParseArgs(ArrayRef(argv, argc).drop_front(), missing, missingCount);
  for (const Arg *arg : args.filtered(OPT_UNKNOWN))
    return fail("unknown option '" + arg->getAsString(args) + "'");
  if (args.hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-conformance [options] <directory>...",
                    "Runs ONNX's backend tests by the interpreter");
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << "onnc " << getVersion() << '\n';
    return 0;
  }
  if (!args.hasArg(OPT_INPUT))
    return fail("expected directories of tests");
  return runTests(args);
}
