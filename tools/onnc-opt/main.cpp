//===- main.cpp - Runs passes on text -------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-opt/Options.inc"
#include "Opt.h"
#include "onnc/Driver/CompileJob.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;

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
    table.printHelp(outs(), "onnc-opt [options] <file.onncir>",
                    "onnc-opt: runs passes on a module, text in, text out");
    return 0;
  }
  if (args->hasArg(OPT_version)) {
    outs() << "onnc-opt " << getVersion() << '\n';
    return 0;
  }

  OptConfig config;
  auto passes = PassOptions::parse(*args, diagnostics);
  if (!passes)
    return 1;
  config.passes = std::move(*passes);
  std::vector<std::string> inputs = args->getAllArgValues(OPT_INPUT);
  if (inputs.size() > 1) {
    diagnostics.error(DiagID::CommandLine) << "more than one input file";
    return 1;
  }
  if (!inputs.empty())
    config.input = inputs[0];
  else if (!config.passes.printPipeline)
    config.input = "-";
  config.output = args->getLastArgValue(OPT_o, "-");
  config.printIndexing = args->hasArg(OPT_print_indexing);
  config.runReproducer = args->hasArg(OPT_run_reproducer);
  config.splitInput = args->hasArg(OPT_split_input);
  config.verifyDiagnostics = args->hasArg(OPT_verify_diagnostics);
  config.verifyRoundtrip = args->hasArg(OPT_verify_roundtrip);

  TargetRegistry targets;
  if (failed(loadTargets(context, targets, args->getAllArgValues(OPT_load_EQ))))
    return 1;
  Compiler compiler(context, targets);
  StringRef quadruple = args->getLastArgValue(OPT_mquadruple_EQ);
  if (!quadruple.empty() && failed(compiler.setQuadruple(quadruple)))
    return 1;
  if (failed(config.passes.loadPlugins(compiler.getPasses(), context)))
    return 1;
  if (config.passes.printLists(compiler.getPasses(), outs()))
    return 0;
  return failed(runOpt(context, compiler.getPasses(), std::move(config)));
}
