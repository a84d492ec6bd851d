//===- main.cpp - Reduces models that show a problem ----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-reduce/Options.inc"
#include "onnc/Driver/ModelFile.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "onnc/Testing/CommandTest.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

static LogicalResult reduce(Context &context, const opt::InputArgList &args) {
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  CommandTestOptions options;
  std::vector<std::string> models = args.getAllArgValues(OPT_INPUT);
  options.command = args.getLastArgValue(OPT_test_EQ);
  options.output = args.getLastArgValue(OPT_o, "reduced.onncir");
  if (models.size() != 1 || options.command.empty())
    return diagnostics.error(DiagID::CommandLine)
           << "expected one model and --test=<command>";
  if (StringRef(args.getLastArgValue(OPT_time_limit_EQ, "60"))
          .getAsInteger(10, options.timeLimit) ||
      options.timeLimit == 0)
    return diagnostics.error(DiagID::CommandLine)
           << "--time-limit= must be a number of seconds, at least 1";
  auto module = loadModel(context, models.front());
  if (!module)
    return failure();
  return reduceByCommand(*module, options, outs());
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Context context;
  ToolOptTable table;
  auto args = parseArguments(table, ArrayRef<const char *>(argv + 1, argc - 1),
                             OPT_UNKNOWN, context.getDiagnostics());
  if (!args)
    return 1;
  if (args->hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-reduce --test=<command> [options] <model>",
                    "onnc-reduce: makes a model smaller as long as a command "
                    "finds it interesting");
    return 0;
  }
  if (args->hasArg(OPT_version)) {
    outs() << "onnc-reduce " << getVersion() << '\n';
    return 0;
  }
  return failed(reduce(context, *args));
}
