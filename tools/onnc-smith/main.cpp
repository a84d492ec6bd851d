//===- main.cpp - Random models against all checks ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-smith/Options.inc"
#include "onnc/Driver/CompileJob.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/Version.h"
#include "onnc/Testing/Campaign.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

static std::vector<std::string> getList(const opt::InputArgList &args,
                                        unsigned id) {
  std::vector<std::string> list;
  for (const std::string &text : args.getAllArgValues(id))
    for (StringRef item : split(text, ','))
      list.push_back(item.str());
  return list;
}

template <typename T>
static LogicalResult readNumber(const opt::InputArgList &args, unsigned id,
                                T least, T &number,
                                DiagnosticEngine &diagnostics) {
  const opt::Arg *arg = args.getLastArg(id);
  if (!arg ||
      (!StringRef(arg->getValue()).getAsInteger(10, number) && number >= least))
    return success();
  return diagnostics.error(DiagID::CommandLine)
         << "'" << arg->getAsString(args) << "' must be a number, at least "
         << least;
}

/// That each of \p given is one of \p known.
static LogicalResult checkNames(ArrayRef<std::string> given,
                                ArrayRef<StringRef> known, StringRef what,
                                DiagnosticEngine &diagnostics) {
  for (const std::string &name : given)
    if (!is_contained(known, name))
      return diagnostics.error(DiagID::CommandLine)
             << "no " << what << " '" << name
             << "'; there is: " << join(known, ", ");
  return success();
}

static LogicalResult readOptions(const opt::InputArgList &args,
                                 CampaignOptions &options,
                                 DiagnosticEngine &diagnostics) {
  GeneratorOptions &generator = options.generator;
  auto level =
      parseOptLevel(args.getLastArgValue(OPT_O_LEVEL, "2"), diagnostics);
  if (!level ||
      failed(readNumber<uint64_t>(args, OPT_seed_EQ, 0, generator.seed,
                                  diagnostics)) ||
      failed(readNumber(args, OPT_count_EQ, 1u, options.count, diagnostics)) ||
      failed(readNumber(args, OPT_size_EQ, 1u, generator.numOperators,
                        diagnostics)) ||
      failed(readNumber<int64_t>(args, OPT_max_elements_EQ, 1,
                                 generator.maxElements, diagnostics)) ||
      failed(readNumber<int64_t>(args, OPT_opset_EQ, 5, options.opset,
                                 diagnostics)) ||
      failed(readNumber(args, OPT_time_limit_EQ, 1u, options.timeLimit,
                        diagnostics)))
    return failure();
  options.checks.level = *level;
  options.checks.checks = getList(args, OPT_check_EQ);
  options.checks.targets = getList(args, OPT_target_EQ);
  generator.makers = getList(args, OPT_ops_EQ);
  if (failed(checkNames(options.checks.checks, getCheckNames(), "check",
                        diagnostics)) ||
      failed(
          checkNames(generator.makers, getMakerNames(), "maker", diagnostics)))
    return failure();
  if (args.hasArg(OPT_types_EQ))
    generator.types.clear();
  for (const std::string &name : getList(args, OPT_types_EQ)) {
    auto type = parseElementType(name);
    if (!type || !isGenerated(*type))
      return diagnostics.error(DiagID::CommandLine)
             << "models of element type '" << name << "' aren't generated";
    generator.types.push_back(*type);
  }
  options.models = args.getAllArgValues(OPT_INPUT);
  options.keep = args.getLastArgValue(OPT_keep_EQ);
  options.supported = args.hasArg(OPT_supported);
  options.verbose = args.hasArg(OPT_verbose);
  for (const opt::Arg *arg : args)
    if (arg->getOption().getID() != OPT_INPUT &&
        arg->getOption().getID() != OPT_seed_EQ &&
        arg->getOption().getID() != OPT_count_EQ)
      options.arguments.push_back(arg->getAsString(args));
  return success();
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
    table.printHelp(outs(), "onnc-smith [options] [<model>...]",
                    "onnc-smith: checks random models, or those that are "
                    "given, in all ways that need no expected results");
    return 0;
  }
  if (args->hasArg(OPT_version)) {
    outs() << "onnc-smith " << getVersion() << '\n';
    return 0;
  }
  if (args->hasArg(OPT_list_ops)) {
    outs() << join(getMakerNames(), "\n") << '\n';
    return 0;
  }
  CampaignOptions options;
  if (failed(readOptions(*args, options, diagnostics)))
    return 1;
  if (args->hasArg(OPT_o))
    return failed(writeModels(context, options, args->getLastArgValue(OPT_o)));
  TargetRegistry targets;
  if (failed(loadTargets(context, targets, args->getAllArgValues(OPT_load_EQ))))
    return 1;
  if (args->hasArg(OPT_in_process))
    return failed(runOneModel(context, targets, options, outs()));
  options.program = sys::fs::getMainExecutable(
      argv[0], reinterpret_cast<void *>(&checkNames));
  return failed(runCampaign(context, options, outs()));
}
