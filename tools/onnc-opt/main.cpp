//===- main.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Opt.h"
#include "onnc/Support/Version.h"
#include "onnc/Transforms/Passes.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;
using llvm::opt::DefaultVis;

namespace {

enum ID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "onnc-opt/Options.inc"
#undef OPTION
};

#define PREFIX(NAME, VALUE)                                                    \
  static constexpr StringLiteral NAME##_init[] = VALUE;                        \
  static constexpr ArrayRef<StringLiteral> NAME(NAME##_init,                   \
                                                std::size(NAME##_init) - 1);
#include "onnc-opt/Options.inc"
#undef PREFIX

constexpr llvm::opt::OptTable::Info infoTable[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "onnc-opt/Options.inc"
#undef OPTION
};

struct OptTable : llvm::opt::GenericOptTable {
  OptTable() : GenericOptTable(infoTable) {}
};

} // namespace

/// Reports what isn't an option, with the nearest one, and missing values.
static LogicalResult checkArguments(const OptTable &table,
                                    const llvm::opt::InputArgList &args,
                                    unsigned missingIndex,
                                    unsigned missingCount,
                                    DiagnosticEngine &diagnostics) {
  if (missingCount)
    return diagnostics.error(DiagID::CommandLine)
           << "option '" << args.getArgString(missingIndex)
           << "' needs a value";
  bool ok = true;
  for (const llvm::opt::Arg *arg : args.filtered(OPT_UNKNOWN)) {
    std::string spelling = arg->getAsString(args), nearest;
    InFlightDiagnostic diag = diagnostics.error(DiagID::CommandLine);
    diag << "unknown option '" << spelling << "'";
    if (table.findNearest(spelling, nearest) <= 3)
      diag << ", did you mean '" << nearest << "'?";
    ok = false;
  }
  if (args.getAllArgValues(OPT_INPUT).size() > 1)
    return diagnostics.error(DiagID::CommandLine) << "more than one input file";
  return success(ok);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Context context;
  OptTable table;
  unsigned missingIndex, missingCount;
  llvm::opt::InputArgList args = table.ParseArgs(
      ArrayRef<const char *>(argv + 1, argc - 1), missingIndex, missingCount);
  if (failed(checkArguments(table, args, missingIndex, missingCount,
                            context.getDiagnostics())))
    return 1;
  if (args.hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-opt [options] <file.onncir>",
                    "onnc-opt: runs passes on a module, text in, text out");
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << "onnc-opt " << getVersion() << '\n';
    return 0;
  }

  OptConfig config;
  auto passes = PassOptions::parse(args, context.getDiagnostics());
  if (!passes)
    return 1;
  config.passes = std::move(*passes);
  if (const llvm::opt::Arg *input = args.getLastArg(OPT_INPUT))
    config.input = input->getValue();
  else if (!config.passes.printPipeline)
    config.input = "-";
  config.output = args.getLastArgValue(OPT_o, "-");
  config.runReproducer = args.hasArg(OPT_run_reproducer);
  config.splitInput = args.hasArg(OPT_split_input);
  config.verifyDiagnostics = args.hasArg(OPT_verify_diagnostics);
  config.verifyRoundtrip = args.hasArg(OPT_verify_roundtrip);

  PassRegistry registry;
  cantFail(registerTransformsPasses(registry));
  if (failed(config.passes.loadPlugins(registry, context)))
    return 1;
  if (config.passes.printLists(registry, outs()))
    return 0;
  return failed(runOpt(context, registry, std::move(config)));
}
