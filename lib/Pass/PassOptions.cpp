//===- PassOptions.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/PassOptions.h"
#include "onnc/Pass/Plugin.h"
#include "onnc/Pass/Reproducer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Option/ArgList.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// Fills one PassOptions from the arguments. Options are told apart by name:
/// each tool's table numbers them in its own way.
class Reader {
public:
  Reader(PassOptions &out, DiagnosticEngine &diagnostics)
      : out(out), diagnostics(diagnostics) {}

  LogicalResult read(const opt::Arg &arg);

private:
  LogicalResult error(const opt::Arg &arg, const Twine &what) {
    return diagnostics.error(DiagID::CommandLine)
           << arg.getSpelling() << arg.getValue() << ": " << what.str();
  }
  bool readFlag(StringRef name);
  LogicalResult readFormat(const opt::Arg &arg,
                           std::optional<ReportFormat> &format);
  template <typename T> LogicalResult readNumber(const opt::Arg &arg, T &to) {
    if (StringRef(arg.getValue()).getAsInteger(10, to))
      return error(arg, "expected a number");
    return success();
  }

  PassOptions &out;
  DiagnosticEngine &diagnostics;
};

} // namespace

bool Reader::readFlag(StringRef name) {
  if (name == "expand-functions")
    out.expandFunctions = true;
  else if (name == "list-passes")
    out.listPasses = true;
  else if (name == "list-knobs")
    out.listKnobs = true;
  else if (name == "print-pipeline")
    out.printPipeline = true;
  else if (name == "verify-each")
    out.verifyEach = true;
  else if (name == "verify-analyses")
    out.verifyAnalyses = true;
  else if (name == "print-changed")
    out.printing.changed = true;
  else if (name == "time-passes")
    out.timing = ReportFormat::Text;
  else if (name == "stats")
    out.statistics = ReportFormat::Text;
  else if (name == "no-crash-reproducer")
    out.noCrashReproducer = true;
  else
    return false;
  return true;
}

LogicalResult Reader::readFormat(const opt::Arg &arg,
                                 std::optional<ReportFormat> &format) {
  StringRef value = arg.getValue();
  if (value == "text")
    format = ReportFormat::Text;
  else if (value == "json")
    format = ReportFormat::Json;
  else
    return error(arg, "expected text or json");
  return success();
}

LogicalResult Reader::read(const opt::Arg &arg) {
  StringRef name = arg.getOption().getName();
  if (readFlag(name))
    return success();
  auto addList = [&](std::vector<std::string> &list) {
    for (StringRef item : split(arg.getValue(), ','))
      list.push_back(item.str());
  };
  if (name == "passes=")
    out.passes = arg.getValue();
  else if (name == "knob=")
    out.knobs.push_back(arg.getValue());
  else if (name == "load-pass-plugin=")
    out.plugins.push_back(arg.getValue());
  else if (name == "max-retries=")
    return readNumber(arg, out.maxRetries);
  else if (name == "time-passes=")
    return readFormat(arg, out.timing);
  else if (name == "stats=")
    return readFormat(arg, out.statistics);
  else if (name == "print-before=")
    addList(out.printing.before);
  else if (name == "print-after=")
    addList(out.printing.after);
  else if (name == "stop-after=")
    out.stopAfter = arg.getValue();
  else if (name == "bisect-limit=")
    return readNumber(arg, out.bisectLimit.emplace());
  else if (name == "crash-reproducer=")
    out.crashReproducer = arg.getValue();
  return success();
}

std::optional<PassOptions> PassOptions::parse(const opt::ArgList &args,
                                              DiagnosticEngine &diagnostics) {
  PassOptions out;
  Reader reader(out, diagnostics);
  for (const opt::Arg *arg : args)
    if (failed(reader.read(*arg)))
      return std::nullopt;
  return out;
}

//===----------------------------------------------------------------------===//
// Acting
//===----------------------------------------------------------------------===//

std::string PassOptions::getPipelineText(StringRef byDefault) const {
  std::string text = passes.value_or(byDefault.str());
  if (!expandFunctions)
    return text;
  return "expand-functions" + (text.empty() ? "" : "," + text);
}

LogicalResult PassOptions::loadPlugins(PassRegistry &registry,
                                       Context &context) const {
  for (const std::string &path : plugins)
    if (failed(reportError(context.getDiagnostics(), DiagID::TargetPlugin,
                           loadPassPlugin(path, registry, context))))
      return failure();
  return success();
}

bool PassOptions::printLists(const PassRegistry &registry,
                             raw_ostream &os) const {
  if (listPasses)
    registry.printPasses(os);
  if (listKnobs)
    registry.printKnobs(os);
  return listPasses || listKnobs;
}

LogicalResult onnc::checkPassOptions(const PassOptions &options,
                                     const Pipeline &pipeline,
                                     const PassRegistry &registry,
                                     DiagnosticEngine &diagnostics) {
  std::vector<StringRef> used;
  pipeline.forEachPass([&](const PipelineElement &element) {
    used.push_back(element.pass->getName());
  });
  bool ok = true;
  for (const std::vector<std::string> *list :
       {&options.printing.before, &options.printing.after})
    for (StringRef name : *list)
      if (name != "all" && !registry.lookup(name)) {
        diagnostics.error(DiagID::CommandLine)
            << "there is no pass '" << name << "' to print the module at"
            << didYouMean(name, registry.getNames());
        ok = false;
      }
  if (!options.stopAfter.empty() && !is_contained(used, options.stopAfter)) {
    diagnostics.error(DiagID::CommandLine)
        << "the pipeline has no pass '" << options.stopAfter
        << "' to stop after" << didYouMean(options.stopAfter, used);
    ok = false;
  }
  return success(ok);
}

static void addInstrumentations(PassManager &manager,
                                const PassOptions &options) {
  // They nest: timing, the innermost, measures nothing but passes.
  if (options.bisectLimit)
    manager.addInstrumentation(createBisection(errs(), *options.bisectLimit));
  if (options.verifyEach)
    manager.addInstrumentation(createVerifyEach(manager.getRegistry()));
  if (!options.stopAfter.empty())
    manager.addInstrumentation(createStopAfter(options.stopAfter));
  if (options.printing.any())
    manager.addInstrumentation(createIRPrinter(errs(), options.printing));
  if (options.timing)
    manager.addInstrumentation(createPassTiming(errs(), *options.timing));
}

LogicalResult onnc::runPipeline(const Pipeline &pipeline, Module &module,
                                const PassRegistry &registry,
                                const PassOptions &options) {
  DiagnosticEngine &diagnostics = module.getContext().getDiagnostics();
  if (failed(checkPassOptions(options, pipeline, registry, diagnostics)))
    return failure();
  PassManager manager(registry);
  manager.setMaxRetries(options.maxRetries);
  manager.setVerifyAnalyses(options.verifyAnalyses);
  for (const std::string &knob : options.knobs)
    if (failed(reportError(diagnostics, DiagID::CommandLine,
                           manager.getKnobs().parse(knob, registry))))
      return failure();
  addInstrumentations(manager, options);

  LogicalResult result = failure();
  if (options.noCrashReproducer && options.crashReproducer.empty())
    result = manager.run(pipeline, module);
  else
    result = runWithReproducer(
        manager, pipeline, module,
        {options.crashReproducer, options.verifyEach, options.verifyAnalyses});
  if (options.statistics)
    printStatistics(manager.getStatistics(), errs(), *options.statistics);
  return result;
}
