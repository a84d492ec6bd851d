//===- CompileJob.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/CompileJob.h"
#include "onnc/CodeGen/Report.h"
#include "onnc/CodeGen/ScheduleFile.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Driver/ModelFile.h"
#include "onnc/Driver/OperatorTable.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

LogicalResult onnc::loadTargets(Context &context, TargetRegistry &targets,
                                ArrayRef<std::string> plugins) {
  registerAllTargets(targets);
  for (const std::string &plugin : plugins)
    if (Error error = loadTargetPlugin(targets, plugin))
      return reportError(context.getDiagnostics(), DiagID::TargetPlugin,
                         std::move(error));
  return success();
}

std::optional<OptLevel> onnc::parseOptLevel(StringRef text,
                                            DiagnosticEngine &diagnostics) {
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '3')
    return static_cast<OptLevel>(text[0] - '0');
  diagnostics.error(DiagID::CommandLine)
      << "no optimization level '-O" << text << "'; there are -O0 to -O3";
  return std::nullopt;
}

namespace {

/// One run of onnc.
class Job {
public:
  Job(Context &context, const CompileJob &job, raw_ostream &os)
      : context(context), job(job), os(os), compiler(context, targets) {}
  LogicalResult run();

private:
  LogicalResult listOperators();
  LogicalResult checkArguments();
  LogicalResult chooseKind();
  LogicalResult compile(Pipeline &pipeline);
  LogicalResult write(Module &module);
  LogicalResult writeIR(Module &module, const std::string &path);
  LogicalResult writeONNX(Module &module, const std::string &path);
  LogicalResult writeSchedule(Module &module, const std::string &path);
  LogicalResult writeReport(Module &module, const std::string &path);

  /// What can be written without the target.
  struct NeutralKind {
    StringRef name, extension;
    /// It says what the target's pipeline decided.
    bool needsTarget;
    LogicalResult (Job::*write)(Module &module, const std::string &path);
  };
  static const NeutralKind neutralKinds[];
  const NeutralKind *findNeutralKind(StringRef name);

  InFlightDiagnostic error() {
    return context.getDiagnostics().error(DiagID::CommandLine);
  }
  const OutputKind *findKind(StringRef name);
  Expected<std::string> getOutputPath();

  Context &context;
  const CompileJob &job;
  raw_ostream &os;
  TargetRegistry targets;
  Compiler compiler;
  ImportOptions import;
  OptLevel level = OptLevel::O2;
  std::string kind;
};

} // namespace

const Job::NeutralKind Job::neutralKinds[] = {
    {"ir", ".onncir", false, &Job::writeIR},
    {"onnx", ".out.onnx", false, &Job::writeONNX},
    {"schedule", ".schedule.json", true, &Job::writeSchedule},
    {"report", ".report.html", true, &Job::writeReport},
    {"report-json", ".report.json", true, &Job::writeReport}};

const Job::NeutralKind *Job::findNeutralKind(StringRef name) {
  const NeutralKind *kind = find_if(
      neutralKinds, [&](const NeutralKind &k) { return k.name == name; });
  return kind == std::end(neutralKinds) ? nullptr : kind;
}

LogicalResult Job::listOperators() {
  auto format = parseOperatorTableFormat(job.listOperators);
  if (!format)
    return error() << "no format '" << job.listOperators
                   << "' of operators; there are text, markdown and json";
  std::vector<std::string> quadruples;
  for (StringRef quadruple : split(job.quadruple, ','))
    if (!job.quadruple.empty())
      quadruples.push_back(quadruple.str());
  auto table = makeOperatorTable(context, targets, quadruples);
  if (!table)
    return failure();
  printOperatorTable(*table, *format, os);
  return success();
}

LogicalResult Job::checkArguments() {
  auto parsed = parseOptLevel(job.level, context.getDiagnostics());
  if (!parsed)
    return failure();
  level = *parsed;
  for (const std::string &shape : job.shapes)
    if (Error problem = parseShapeOption(shape, import))
      return reportError(context.getDiagnostics(), DiagID::CommandLine,
                         std::move(problem));
  if (!job.quadruple.empty() && failed(compiler.setQuadruple(job.quadruple)))
    return failure();
  return job.passes.loadPlugins(compiler.getPasses(), context);
}

const OutputKind *Job::findKind(StringRef name) {
  for (const OutputKind &k : compiler.getTarget()->getOutputKinds())
    if (k.name == name)
      return &k;
  return nullptr;
}

LogicalResult Job::chooseKind() {
  kind = job.emit;
  const Target *target = compiler.getTarget();
  if (!job.measured.empty() && !StringRef(kind).starts_with("report"))
    return error() << "--measured needs --emit=report or --emit=report-json, "
                      "which show it";
  const NeutralKind *neutral = findNeutralKind(kind);
  if (neutral && (target || !neutral->needsTarget))
    return success();
  if (!target)
    return error() << "no target: name one with -mquadruple= (--list-targets "
                      "shows them), or write the module with --emit=ir";
  if (kind.empty())
    kind = target->getOutputKinds().front().name.str();
  if (findKind(kind))
    return success();
  std::vector<StringRef> names;
  for (const NeutralKind &k : neutralKinds)
    names.push_back(k.name);
  for (const OutputKind &k : target->getOutputKinds())
    names.push_back(k.name);
  return error() << "can't emit '" << kind << "' for "
                 << compiler.getQuadruple().str()
                 << "; there is: " << join(names, ", ");
}

Expected<std::string> Job::getOutputPath() {
  if (!job.output.empty())
    return job.output;
  const NeutralKind *neutral = findNeutralKind(kind);
  StringRef extension =
      neutral ? neutral->extension : findKind(kind)->extension;
  if (job.models[0] == "-")
    return ("a" + extension).str();
  std::string path = (sys::path::stem(job.models[0]) + extension).str();
  if (sys::fs::equivalent(path, job.models[0]))
    return createStringError("the result would replace the model '" +
                             job.models[0] + "'; name another file with -o");
  return path;
}

LogicalResult Job::writeIR(Module &module, const std::string &path) {
  return reportError(context.getDiagnostics(), DiagID::InputOutput,
                     writeModuleFile(module, path));
}

LogicalResult Job::writeONNX(Module &module, const std::string &path) {
  return exportModel(module, path);
}

LogicalResult Job::writeSchedule(Module &module, const std::string &path) {
  return reportError(context.getDiagnostics(), DiagID::InputOutput,
                     writeOutputFile(path, [&](raw_pwrite_stream &os) {
                       onnc::writeSchedule(getSchedule(*module.getMain()), os);
                       return Error::success();
                     }));
}

LogicalResult Job::writeReport(Module &module, const std::string &path) {
  if (failed(compiler.checkEmission(module)))
    return failure();
  // As everywhere in code generation, machines have one unit.
  auto report =
      Report::get(module, compiler.getTarget()->getMachine().units.front());
  if (!report)
    return reportError(context.getDiagnostics(), DiagID::EmitFailed,
                       report.takeError());
  // Graphs are rarely named after what they are.
  if (job.models[0] != "-")
    report->model = sys::path::stem(job.models[0]).str();
  if (!job.measured.empty()) {
    auto file = MemoryBuffer::getFile(job.measured, /*IsText=*/true);
    Error problem = file ? report->measure((*file)->getBuffer())
                         : errorCodeToError(file.getError());
    if (problem)
      return reportError(context.getDiagnostics(), DiagID::InputOutput,
                         createFileError(job.measured, std::move(problem)));
  }
  return reportError(context.getDiagnostics(), DiagID::InputOutput,
                     writeOutputFile(path, [&](raw_pwrite_stream &os) {
                       if (kind == "report")
                         report->writeHTML(os);
                       else
                         report->writeJSON(os);
                       return Error::success();
                     }));
}

LogicalResult Job::write(Module &module) {
  auto path = getOutputPath();
  if (!path)
    return reportError(context.getDiagnostics(), DiagID::CommandLine,
                       path.takeError());
  if (const NeutralKind *neutral = findNeutralKind(kind))
    return (this->*neutral->write)(module, *path);
  if (findKind(kind)->isDirectory) {
    if (*path == "-")
      return error() << "'" << kind << "' is a directory; name one with -o";
    return compiler.emitDirectory(module, kind, *path);
  }
  auto file = OutputFile::create(*path);
  if (!file)
    return reportError(context.getDiagnostics(), DiagID::InputOutput,
                       file.takeError());
  if (failed(compiler.emit(module, kind, (*file)->os())))
    return failure();
  return reportError(context.getDiagnostics(), DiagID::InputOutput,
                     (*file)->commit());
}

LogicalResult Job::compile(Pipeline &pipeline) {
  if (job.models.empty())
    return error() << "no model; onnc --help shows the options";
  if (job.models.size() > 1)
    return error() << "one model at a time, not both '" << job.models[0]
                   << "' and '" << job.models[1] << "'";
  if (failed(chooseKind()))
    return failure();
  auto module = loadModel(context, job.models[0], import);
  if (module && compiler.getTarget() && !module->getMain())
    return context.getDiagnostics().error(DiagID::InputOutput)
           << "'" << job.models[0] << "' has no graph 'main'";
  if (!module || failed(compiler.compile(*module, pipeline, job.passes)))
    return failure();
  return write(*module);
}

LogicalResult Job::run() {
  if (failed(loadTargets(context, targets, job.plugins)))
    return failure();
  if (job.listTargets) {
    targets.print(os);
    return success();
  }
  if (!job.listOperators.empty())
    return listOperators();
  if (failed(checkArguments()))
    return failure();
  if (job.passes.printLists(compiler.getPasses(), os))
    return success();
  auto pipeline = compiler.getPipeline(job.passes, level);
  if (!pipeline)
    return failure();
  if (!job.schedule.empty() &&
      !pipeline->setOption("form-blocks", "schedule", job.schedule))
    return error() << "--schedule needs a pipeline with 'form-blocks', which "
                      "reads it";
  if (job.passes.printPipeline) {
    pipeline->print(os);
    os << '\n';
    return pipeline->check({Property::Imported}, compiler.getPasses(),
                           context.getDiagnostics());
  }
  return compile(*pipeline);
}

LogicalResult onnc::runJob(Context &context, const CompileJob &job,
                           raw_ostream &os) {
  return Job(context, job, os).run();
}
