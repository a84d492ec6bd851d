//===- main.cpp - onnc-conformance ----------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs ONNX's backend tests, several at a time: a line for each failure, a
/// summary of operators, and how many passed.
///
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-conformance/Options.inc"
#include "NodeTest.h"
#include "TestSet.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/WithColor.h"
#include <map>

using namespace llvm;
using namespace llvm::opt;
using namespace onnc;

namespace {

int fail(const Twine &message) {
  WithColor::error(errs(), "onnc-conformance") << message << '\n';
  return 1;
}

/// By Outcome.
struct Counts {
  unsigned of[3] = {};

  void add(Outcome outcome) { ++of[static_cast<unsigned>(outcome)]; }
};

std::vector<TestResult> runAll(ArrayRef<std::string> tests,
                               const TestConfig &config, unsigned jobs) {
  std::vector<TestResult> results(tests.size());
  DefaultThreadPool pool(hardware_concurrency(jobs));
  for (auto [test, result] : zip_equal(tests, results))
    pool.async([&config, &test = test, &result = result] {
      result = runNodeTest(test, config);
    });
  pool.wait();
  return results;
}

/// How many tests of models with each operator passed, failed, were skipped.
void printOperators(ArrayRef<TestResult> results, raw_ostream &os) {
  std::map<StringRef, Counts> operators;
  for (const TestResult &result : results)
    for (StringRef name : result.operators)
      operators[name].add(result.outcome);
  os << "operator                            passed  failed  skipped\n";
  for (const auto &[name, counts] : operators)
    os << left_justify(name, 34)
       << format("  %6u  %6u  %7u\n", counts.of[0], counts.of[1], counts.of[2]);
}

int runTests(const InputArgList &args) {
  TestConfig config;
  config.options.naiveKernels = args.hasArg(OPT_naive);
  config.quadruple = args.getLastArgValue(OPT_target_EQ, "interp");
  config.expandFunctions = args.hasArg(OPT_expand_functions);
  if (config.quadruple == "interp")
    config.quadruple.clear();
  unsigned jobs = 0;
  if (const Arg *arg = args.getLastArg(OPT_jobs_EQ))
    if (StringRef(arg->getValue()).getAsInteger(10, jobs) || jobs == 0)
      return fail("'" + arg->getAsString(args) +
                  "' must be a whole number, at least 1");
  TestSet set;
  for (const std::string &path : args.getAllArgValues(OPT_INPUT))
    if (Error error = set.add(path))
      return fail(toString(std::move(error)));

  std::vector<TestResult> results = runAll(set.getDirectories(), config, jobs);
  Counts counts;
  static constexpr StringLiteral names[] = {"passed", "FAILED", "skipped"};
  for (auto [test, result] : zip_equal(set.getDirectories(), results)) {
    counts.add(result.outcome);
    if (result.outcome != Outcome::Failed && !args.hasArg(OPT_verbose))
      continue;
    outs() << names[static_cast<unsigned>(result.outcome)] << ' '
           << sys::path::filename(test);
    if (!result.reason.empty())
      outs() << ": " << result.reason;
    outs() << '\n';
  }
  if (!args.hasArg(OPT_quiet))
    printOperators(results, outs());
  outs() << counts.of[0] << " passed, " << counts.of[1] << " failed, "
         << counts.of[2] << " skipped\n";
  return counts.of[1] != 0;
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
    table.printHelp(outs(), "onnc-conformance [options] <directory|archive>...",
                    "onnc-conformance: runs ONNX's backend tests");
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << "onnc " << getVersion() << '\n';
    return 0;
  }
  if (!args.hasArg(OPT_INPUT))
    return fail("expected directories or archives of tests");
  return runTests(args);
}
