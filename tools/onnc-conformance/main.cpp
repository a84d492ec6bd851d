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
#include "Workers.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
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

Expected<std::vector<TestResult>> runAll(ArrayRef<std::string> tests,
                                         const TestConfig &config,
                                         const WorkerOptions &workers,
                                         bool inProcess) {
  auto run = [&](size_t i) { return runNodeTest(tests[i], config); };
  if (!inProcess)
    return runInProcesses(tests.size(), workers, run);
  std::vector<TestResult> results;
  for (size_t i = 0; i != tests.size(); ++i)
    results.push_back(run(i));
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

/// How many tests were skipped for each cause, the most frequent first.
void printCauses(ArrayRef<TestResult> results, raw_ostream &os) {
  std::map<StringRef, unsigned> counts;
  for (const TestResult &result : results)
    if (result.outcome == Outcome::Skipped)
      ++counts[result.cause];
  std::vector<std::pair<StringRef, unsigned>> sorted(counts.begin(),
                                                     counts.end());
  stable_sort(sorted, [](auto &a, auto &b) { return a.second > b.second; });
  if (!sorted.empty())
    os << "skipped  because\n";
  for (const auto &[cause, count] : sorted)
    os << format("%7u  ", count) << cause << '\n';
}

/// Reads a whole number of at least 1; false after an error.
bool readCount(const InputArgList &args, unsigned id, unsigned &count) {
  const Arg *arg = args.getLastArg(id);
  if (!arg ||
      (!StringRef(arg->getValue()).getAsInteger(10, count) && count != 0))
    return true;
  fail("'" + arg->getAsString(args) + "' must be a whole number, at least 1");
  return false;
}

int runTests(const InputArgList &args) {
  TestConfig config;
  config.options.naiveKernels = args.hasArg(OPT_naive);
  config.quadruple = args.getLastArgValue(OPT_target_EQ, "interp");
  config.expandFunctions = args.hasArg(OPT_expand_functions);
  if (config.quadruple == "interp")
    config.quadruple.clear();
  config.board = args.getLastArgValue(OPT_board_EQ);
  WorkerOptions workers;
  workers.jobs = hardware_concurrency().compute_thread_count();
  if (!readCount(args, OPT_jobs_EQ, workers.jobs) ||
      !readCount(args, OPT_time_limit_EQ, workers.timeLimit))
    return 1;
  config.timeLimit = workers.timeLimit;
  TestSet set;
  for (const std::string &path : args.getAllArgValues(OPT_INPUT))
    if (Error error = set.add(path))
      return fail(toString(std::move(error)));
  if (const Arg *arg = args.getLastArg(OPT_filter_EQ))
    if (Error error = set.filter(arg->getValue()))
      return fail(toString(std::move(error)));

  auto results = runAll(set.getDirectories(), config, workers,
                        args.hasArg(OPT_in_process));
  if (!results)
    return fail(toString(results.takeError()));
  Counts counts;
  static constexpr StringLiteral names[] = {"passed", "FAILED", "skipped"};
  for (auto [test, result] : zip_equal(set.getDirectories(), *results)) {
    counts.add(result.outcome);
    if (result.outcome != Outcome::Failed && !args.hasArg(OPT_verbose))
      continue;
    outs() << names[static_cast<unsigned>(result.outcome)] << ' '
           << sys::path::filename(test);
    if (!result.reason.empty())
      outs() << ": " << result.reason;
    outs() << '\n';
  }
  if (!args.hasArg(OPT_quiet)) {
    printOperators(*results, outs());
    printCauses(*results, outs());
  }
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
