//===- main.cpp - Runs programs -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-run/Options.inc"
#include "onnc/Driver/CompileJob.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Driver/Runner.h"
#include "onnc/Support/Version.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;

/// A tolerance: a number that isn't negative.
static LogicalResult parseNumber(const llvm::opt::InputArgList &args,
                                 unsigned id, std::optional<double> &value,
                                 DiagnosticEngine &diagnostics) {
  const llvm::opt::Arg *arg = args.getLastArg(id);
  if (!arg)
    return success();
  double number;
  if (StringRef(arg->getValue()).getAsDouble(number) || !(number >= 0))
    return diagnostics.error(DiagID::CommandLine)
           << "'" << arg->getAsString(args)
           << "' must be a number that isn't negative";
  value = number;
  return success();
}

/// A count from 1 to \p most.
static LogicalResult parseCount(const llvm::opt::InputArgList &args,
                                unsigned id, unsigned most, unsigned &count,
                                DiagnosticEngine &diagnostics) {
  const llvm::opt::Arg *arg = args.getLastArg(id);
  if (!arg)
    return success();
  unsigned number;
  if (StringRef(arg->getValue()).getAsInteger(10, number) || number == 0 ||
      number > most)
    return diagnostics.error(DiagID::CommandLine)
           << "'" << arg->getAsString(args)
           << "' must be a whole number from 1 to " << most;
  count = number;
  return success();
}

static LogicalResult parseSeconds(const llvm::opt::InputArgList &args,
                                  std::optional<unsigned> &seconds,
                                  DiagnosticEngine &diagnostics) {
  const llvm::opt::Arg *arg = args.getLastArg(OPT_time_limit_EQ);
  if (!arg)
    return success();
  unsigned number;
  if (StringRef(arg->getValue()).getAsInteger(10, number) || number == 0)
    return diagnostics.error(DiagID::CommandLine)
           << "'" << arg->getAsString(args)
           << "' must be a whole number of seconds, at least 1";
  seconds = number;
  return success();
}

static std::optional<RunConfig> readConfig(const llvm::opt::InputArgList &args,
                                           DiagnosticEngine &diagnostics) {
  RunConfig config;
  std::vector<std::string> files = args.getAllArgValues(OPT_INPUT);
  if (files.empty()) {
    diagnostics.error(DiagID::CommandLine)
        << "no program; onnc-run --help shows the options";
    return std::nullopt;
  }
  config.program = files.front();
  config.inputs.assign(files.begin() + 1, files.end());
  config.outputs = args.getAllArgValues(OPT_o);
  config.quadruple = args.getLastArgValue(OPT_mquadruple_EQ);
  auto level =
      parseOptLevel(args.getLastArgValue(OPT_O_LEVEL, "2"), diagnostics);
  if (!level ||
      failed(parseNumber(args, OPT_atol_EQ, config.absolute, diagnostics)) ||
      failed(parseNumber(args, OPT_rtol_EQ, config.relative, diagnostics)))
    return std::nullopt;
  config.level = *level;
  for (const std::string &shape : args.getAllArgValues(OPT_shape_EQ))
    if (failed(reportError(diagnostics, DiagID::CommandLine,
                           parseShapeOption(shape, config.import))))
      return std::nullopt;
  config.board = args.getLastArgValue(OPT_board_EQ);
  if (failed(parseSeconds(args, config.timeLimit, diagnostics)))
    return std::nullopt;
  if (failed(parseCount(args, OPT_threads_EQ, 1024, config.threads,
                        diagnostics)) ||
      failed(
          parseCount(args, OPT_repeat_EQ, 1000000, config.repeat, diagnostics)))
    return std::nullopt;
  config.usePlan = args.hasArg(OPT_use_plan);
  config.time = args.hasArg(OPT_time);
  config.each = args.hasArg(OPT_each);
  StringRef compare = args.getLastArgValue(OPT_compare_EQ);
  if (!compare.empty() && compare != "interp") {
    diagnostics.error(DiagID::CommandLine)
        << "can't compare with '" << compare << "'; there is: interp";
    return std::nullopt;
  }
  config.compare = !compare.empty();
  config.reference = args.getLastArgValue(OPT_reference_EQ);
  config.report = args.hasArg(OPT_report);
  config.byOperator = args.hasArg(OPT_by_operator);
  config.trace = args.getLastArgValue(OPT_trace_EQ);
  return config;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Context context;
  ToolOptTable table;
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  auto args = parseArguments(table, ArrayRef<const char *>(argv + 1, argc - 1),
                             OPT_UNKNOWN, diagnostics);
  if (!args)
    return 1;
  if (args->hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-run [options] <program> [[name=]input]...",
                    "onnc-run: runs compiled programs and models on tensors "
                    "in files (.npy, .pb)");
    return 0;
  }
  if (args->hasArg(OPT_version)) {
    outs() << "onnc-run " << getVersion() << '\n';
    return 0;
  }
  auto config = readConfig(*args, diagnostics);
  TargetRegistry targets;
  if (!config ||
      failed(loadTargets(context, targets, args->getAllArgValues(OPT_load_EQ))))
    return 1;
  return failed(runProgram(context, targets, *config, outs()));
}
