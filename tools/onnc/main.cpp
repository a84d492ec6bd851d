//===- main.cpp - The compiler --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-driver/Options.inc"
#include "onnc/Driver/CompileJob.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Context context;
  ToolOptTable table;
  auto args = parseArguments(table, ArrayRef<const char *>(argv + 1, argc - 1),
                             OPT_UNKNOWN, context.getDiagnostics());
  if (!args)
    return 1;
  if (args->hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc -mquadruple=<processor> [options] <model>",
                    "onnc: compiles ONNX models");
    return 0;
  }
  if (args->hasArg(OPT_version)) {
    outs() << "onnc " << getVersion() << '\n';
    return 0;
  }

  CompileJob job;
  auto passes = PassOptions::parse(*args, context.getDiagnostics());
  if (!passes)
    return 1;
  job.passes = std::move(*passes);
  job.models = args->getAllArgValues(OPT_INPUT);
  job.quadruple = args->getLastArgValue(OPT_mquadruple_EQ);
  job.listTargets = args->hasArg(OPT_list_targets);
  if (const opt::Arg *arg =
          args->getLastArg(OPT_list_operators, OPT_list_operators_EQ))
    job.listOperators =
        arg->getOption().matches(OPT_list_operators) ? "text" : arg->getValue();
  job.plugins = args->getAllArgValues(OPT_load_EQ);
  job.output = args->getLastArgValue(OPT_o);
  job.emit = args->getLastArgValue(OPT_emit_EQ);
  job.level = args->getLastArgValue(OPT_O_LEVEL, "2");
  job.schedule = args->getLastArgValue(OPT_schedule_EQ);
  job.measured = args->getLastArgValue(OPT_measured_EQ);
  job.shapes = args->getAllArgValues(OPT_shape_EQ);
  return failed(runJob(context, job, outs()));
}
