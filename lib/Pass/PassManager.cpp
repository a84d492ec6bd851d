//===- PassManager.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A pipeline is run as a flat list of steps with a stack of open loops, so
/// that the place in it is a value: a checkpoint stores it beside the module,
/// and a retry restores both.
///
//===----------------------------------------------------------------------===//

#include "onnc/Pass/PassManager.h"
#include "ModuleSnapshot.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace llvm;
using namespace onnc;

PassInstrumentation::~PassInstrumentation() = default;

std::string RetryRecord::str() const {
  std::string out = "'" + pass + "' returned to '" + point + "' with " + knob +
                    " = " + to + " (was " + from + ")";
  return reason.empty() ? out : out + ": " + reason;
}

namespace onnc {

/// One run of one pipeline.
class PipelineRun {
public:
  PipelineRun(PassManager &manager, const Pipeline &pipeline, Module &module);
  LogicalResult run();

private:
  struct Step {
    enum Kind : uint8_t { RunPass, LoopBegin, LoopEnd } kind;
    const PipelineElement *element;
    /// Of a LoopEnd: the first step of the body.
    unsigned bodyBegin = 0;
    /// Of a RunPass: counts the passes of the pipeline, from 1.
    unsigned position = 0;
    bool isNeeded = false;
    /// A later pass may return to before this one.
    bool isRetryPoint = false;
  };
  struct OpenLoop {
    unsigned iteration = 1;
    bool changed = false;
  };
  /// The place in the pipeline.
  struct Place {
    unsigned step = 0;
    SmallVector<OpenLoop, 2> loops;
  };
  struct Checkpoint {
    Place place;
    std::unique_ptr<Module> module;
  };
  enum class Outcome { Continue, Stop, Fail };

  void flatten(ArrayRef<PipelineElement> elements);
  void markSteps();
  void setKnobsFromPipeline();
  void endLoop(const Step &step);
  Outcome execute(const Step &step);
  Outcome runPass(const PassExecution &execution);
  PassResult invoke(const PassExecution &execution);
  LogicalResult checkClaims(const PassExecution &execution, bool changed,
                            const ModuleSnapshot &before);
  Outcome finish(const PassExecution &execution, bool changed);
  LogicalResult retry(const PassExecution &execution,
                      const RetryRequest &request);
  Expected<RetryRecord> grant(const PassExecution &execution,
                              const RetryRequest &request);
  Expected<unsigned> findCheckpoint(const PassExecution &execution,
                                    StringRef point) const;
  bool runsSince(StringRef pass, unsigned step) const;
  MutableArrayRef<uint64_t> getCounters(const PassInfo &info);
  /// "pass 'x'", with its position where the pipeline has several.
  static std::string describe(const PassExecution &execution);

  PassManager &manager;
  const Pipeline &pipeline;
  Module &module;
  DiagnosticEngine &diagnostics;
  AnalysisManager analyses;
  std::vector<Step> steps;
  unsigned numPositions = 0;
  Place place;
  std::vector<Checkpoint> checkpoints;
  /// An analysis that the running pass queried without having declared it.
  const AnalysisKey *undeclared = nullptr;
};

} // namespace onnc

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

PipelineRun::PipelineRun(PassManager &manager, const Pipeline &pipeline,
                         Module &module)
    : manager(manager), pipeline(pipeline), module(module),
      diagnostics(module.getContext().getDiagnostics()) {
  flatten(pipeline.getElements());
  markSteps();
  setKnobsFromPipeline();
  analyses.setObserver([this](const AnalysisKey &key, bool begins) {
    for (auto &i : this->manager.instrumentations)
      begins ? i->beforeAnalysis(key) : i->afterAnalysis(key);
  });
}

void PipelineRun::flatten(ArrayRef<PipelineElement> elements) {
  for (const PipelineElement &element : elements) {
    if (!element.isLoop()) {
      steps.push_back({Step::RunPass, &element, 0, ++numPositions});
      continue;
    }
    steps.push_back({Step::LoopBegin, &element});
    unsigned begin = steps.size();
    flatten(element.body);
    steps.push_back({Step::LoopEnd, &element, begin});
  }
}

/// Finds out what later passes want of earlier ones. A loop makes its passes
/// later than each other.
void PipelineRun::markSteps() {
  StringSet<> dependencies, retryPoints;
  pipeline.forEachPass([&](const PipelineElement &element) {
    for (StringRef name : element.pass->getInfo().after)
      dependencies.insert(name);
    for (StringRef name : element.pass->getInfo().retryPoints)
      retryPoints.insert(name);
  });
  for (Step &step : steps) {
    if (step.kind != Step::RunPass)
      continue;
    const PassInfo &info = step.element->pass->getInfo();
    step.isNeeded = !info.mandatoryFor.empty() || !info.setProperties.empty() ||
                    dependencies.contains(info.name);
  }
  // A point is worth a checkpoint only where a pass that names it can follow.
  for (auto [i, step] : enumerate(steps)) {
    if (step.kind != Step::RunPass ||
        !retryPoints.contains(step.element->pass->getName()))
      continue;
    StringRef name = step.element->pass->getName();
    bool inLoop = any_of(drop_begin(steps, i + 1), [&](const Step &s) {
      return s.kind == Step::LoopEnd && s.bodyBegin <= i;
    });
    ArrayRef<Step> followers =
        inLoop ? ArrayRef<Step>(steps) : ArrayRef<Step>(steps).drop_front(i);
    step.isRetryPoint = any_of(followers, [&](const Step &s) {
      return s.kind == Step::RunPass &&
             is_contained(s.element->pass->getInfo().retryPoints, name);
    });
    step.isNeeded |= step.isRetryPoint;
  }
}

void PipelineRun::setKnobsFromPipeline() {
  // Decided before any is set: several occurrences may repeat a value.
  KnobSettings given = manager.knobs;
  pipeline.forEachPass([&](const PipelineElement &element) {
    const PassInfo &info = element.pass->getInfo();
    for (auto [index, value] : element.knobs)
      if (!given.isSet(info.name, info.knobs[index].name))
        manager.knobs.set(info.name, info.knobs[index], value);
  });
}

//===----------------------------------------------------------------------===//
// The loop over steps
//===----------------------------------------------------------------------===//

LogicalResult PipelineRun::run() {
  for (auto &i : manager.instrumentations)
    i->beforePipeline(pipeline, module);
  auto end = make_scope_exit([&] {
    for (auto &i : reverse(manager.instrumentations))
      i->afterPipeline(module);
  });
  while (place.step < steps.size()) {
    const Step &step = steps[place.step];
    switch (step.kind) {
    case Step::LoopBegin:
      place.loops.emplace_back();
      ++place.step;
      break;
    case Step::LoopEnd:
      endLoop(step);
      break;
    case Step::RunPass:
      switch (execute(step)) {
      case Outcome::Continue:
        break;
      case Outcome::Stop:
        return success();
      case Outcome::Fail:
        return failure();
      }
      break;
    }
  }
  return success();
}

void PipelineRun::endLoop(const Step &step) {
  OpenLoop &loop = place.loops.back();
  if (loop.changed && loop.iteration < step.element->maxIterations) {
    ++loop.iteration;
    loop.changed = false;
    place.step = step.bodyBegin;
    return;
  }
  bool changed = loop.changed || loop.iteration > 1;
  place.loops.pop_back();
  if (!place.loops.empty())
    place.loops.back().changed |= changed;
  ++place.step;
}

PipelineRun::Outcome PipelineRun::execute(const Step &step) {
  PassExecution execution{*step.element, step.position, numPositions,
                          step.isNeeded};
  for (auto &i : manager.instrumentations)
    if (!i->shouldRun(execution, module)) {
      ++place.step;
      return Outcome::Continue;
    }
  if (step.isRetryPoint) {
    // Only the latest run of a pass can be returned to.
    erase_if(checkpoints, [&](const Checkpoint &c) {
      return steps[c.place.step].element->pass->getName() ==
             step.element->pass->getName();
    });
    checkpoints.push_back({place, module.clone()});
  }
  return runPass(execution);
}

//===----------------------------------------------------------------------===//
// One pass
//===----------------------------------------------------------------------===//

std::string PipelineRun::describe(const PassExecution &execution) {
  std::string out = ("pass '" + execution.getPass().getName() + "'").str();
  if (execution.numPositions > 1)
    out += " (" + std::to_string(execution.position) + " of " +
           std::to_string(execution.numPositions) + ")";
  return out;
}

MutableArrayRef<uint64_t> PipelineRun::getCounters(const PassInfo &info) {
  for (PassStatistics &s : manager.statistics)
    if (s.pass == &info)
      return s.counts;
  manager.statistics.push_back(
      {&info, std::vector<uint64_t>(info.statistics.size())});
  return manager.statistics.back().counts;
}

/// Runs the pass; its errors get notes that tell where in the compilation they
/// arose.
PassResult PipelineRun::invoke(const PassExecution &execution) {
  const Pass &pass = execution.getPass();
  const PassInfo &info = pass.getInfo();
  PrettyStackTraceFormat trace("Running pass '%s'", info.name.str().c_str());

  DiagnosticEngine::Handler previous = diagnostics.exchangeHandler(nullptr);
  diagnostics.setHandler([&](const Diagnostic &diag) {
    Diagnostic copy = diag;
    auto addNote = [&](std::string message) {
      Diagnostic &note = copy.notes.emplace_back();
      note.id = diag.id;
      note.severity = Severity::Note;
      note.message = std::move(message);
    };
    if (diag.severity == Severity::Error) {
      addNote("in " + describe(execution));
      for (const RetryRecord &retry : manager.retries)
        addNote("tried before: " + retry.str());
    }
    if (previous)
      previous(copy);
    else
      copy.print(errs());
  });
  auto restore = make_scope_exit([&] { diagnostics.setHandler(previous); });

  undeclared = nullptr;
  analyses.setQueryHook([&](const AnalysisKey &key) {
    if (!is_contained(info.requiredAnalyses, &key) && !undeclared)
      undeclared = &key;
  });
  auto unhook = make_scope_exit([&] { analyses.setQueryHook(nullptr); });

  unsigned numErrors = diagnostics.getNumErrors();
  PassContext context(module.getContext(), info, analyses, manager.knobs,
                      getCounters(info));
  PassResult result = pass.run(module, context);

  bool hasReported = diagnostics.getNumErrors() != numErrors;
  if (result.isError() && !hasReported)
    return diagnostics.error(DiagID::PassFailed)
           << "pass '" << info.name << "' failed without saying why";
  if (hasReported)
    return PassResult::error();
  if (undeclared)
    return diagnostics.error(DiagID::PassAnalysis)
           << "pass '" << info.name << "' queried the analysis '"
           << undeclared->name << "' without declaring that it needs it";
  return result;
}

PipelineRun::Outcome PipelineRun::runPass(const PassExecution &execution) {
  for (auto &i : manager.instrumentations)
    i->beforePass(execution, module);
  std::optional<ModuleSnapshot> before;
  if (manager.verifyAnalyses)
    before.emplace(module);

  PassResult result = invoke(execution);
  switch (result.getKind()) {
  case PassResult::Kind::Retry:
    for (auto &i : reverse(manager.instrumentations))
      i->afterFailedPass(execution, module);
    return succeeded(retry(execution, result.getRequest())) ? Outcome::Continue
                                                            : Outcome::Fail;
  case PassResult::Kind::Error:
    for (auto &i : reverse(manager.instrumentations))
      i->afterFailedPass(execution, module);
    return Outcome::Fail;
  case PassResult::Kind::Changed:
  case PassResult::Kind::Unchanged:
    break;
  }
  bool changed = result.getKind() == PassResult::Kind::Changed;
  if (changed) {
    analyses.dropStaleGraphs(module);
    analyses.invalidate(execution.getPass().getInfo().preservedAnalyses);
  }
  if (before && failed(checkClaims(execution, changed, *before)))
    return Outcome::Fail;
  return finish(execution, changed);
}

LogicalResult PipelineRun::checkClaims(const PassExecution &execution,
                                       bool changed,
                                       const ModuleSnapshot &before) {
  if (!changed && !(before == ModuleSnapshot(module)))
    return diagnostics.error(DiagID::PassAnalysis)
           << describe(execution)
           << " reported that it changed nothing, but it changed the module";
  std::vector<const AnalysisKey *> stale = analyses.findStale();
  for (const AnalysisKey *key : stale)
    diagnostics.error(DiagID::PassAnalysis)
        << describe(execution) << " claims to preserve the analysis '"
        << key->name << "', but its result is no longer true";
  return failure(!stale.empty());
}

PipelineRun::Outcome PipelineRun::finish(const PassExecution &execution,
                                         bool changed) {
  const PassInfo &info = execution.getPass().getInfo();
  PropertySet properties = module.getProperties();
  for (Property p : getAllProperties()) {
    if (info.clearedProperties.has(p))
      properties.clear(p);
    if (info.setProperties.has(p))
      properties.set(p);
  }
  module.setProperties(properties);
  if (changed && !place.loops.empty())
    place.loops.back().changed = true;

  auto outcome = Outcome::Continue;
  for (auto &i : reverse(manager.instrumentations)) {
    switch (i->afterPass(execution, module, changed)) {
    case PassInstrumentation::Action::Continue:
      break;
    case PassInstrumentation::Action::Stop:
      outcome = Outcome::Stop;
      break;
    case PassInstrumentation::Action::Fail:
      return Outcome::Fail;
    }
  }
  ++place.step;
  return outcome;
}

//===----------------------------------------------------------------------===//
// Retries
//===----------------------------------------------------------------------===//

Expected<unsigned> PipelineRun::findCheckpoint(const PassExecution &execution,
                                               StringRef point) const {
  if (!is_contained(execution.getPass().getInfo().retryPoints, point))
    return createStringError("it does not declare '" + point +
                             "' as a retry point");
  for (auto [i, checkpoint] : enumerate(checkpoints))
    if (steps[checkpoint.place.step].element->pass->getName() == point)
      return i;
  return createStringError("'" + point + "' has not run before it");
}

/// Whether \p pass runs again when the pipeline goes on from \p step: only
/// then is turning one of its knobs of use.
bool PipelineRun::runsSince(StringRef pass, unsigned step) const {
  unsigned first = std::min(step, place.step);
  unsigned last = std::max(step, place.step);
  return any_of(
      ArrayRef(steps).slice(first, last - first + 1), [&](const Step &s) {
        return s.kind == Step::RunPass && s.element->pass->getName() == pass;
      });
}

Expected<RetryRecord> PipelineRun::grant(const PassExecution &execution,
                                         const RetryRequest &request) {
  Expected<unsigned> index = findCheckpoint(execution, request.point);
  if (!index)
    return index.takeError();
  if (manager.retries.size() >= manager.maxRetries)
    return createStringError("the maximum of " + Twine(manager.maxRetries) +
                             " retries is reached");
  const KnobHint &hint = request.hint;
  const PassRegistry::Entry *entry = manager.registry.lookup(hint.pass);
  const KnobInfo *knob = entry ? entry->info->findKnob(hint.knob) : nullptr;
  if (!knob)
    return createStringError("there is no knob '" + hint.pass + "." +
                             hint.knob + "'");
  if (!runsSince(hint.pass, checkpoints[*index].place.step))
    return createStringError("'" + hint.pass +
                             "', whose knob is to be "
                             "turned, does not run between them");
  int64_t before = manager.knobs.get(*entry->info, *knob);
  Expected<int64_t> after = manager.knobs.tighten(*entry->info, *knob, hint);
  if (!after)
    return after.takeError();

  // Restored by moving: the step takes its checkpoint anew.
  Checkpoint checkpoint = std::move(checkpoints[*index]);
  checkpoints.erase(checkpoints.begin() + *index, checkpoints.end());
  analyses.clear();
  module.takeContents(*checkpoint.module);
  place = std::move(checkpoint.place);
  return RetryRecord{execution.getPass().getName().str(),
                     request.point,
                     hint.pass + "." + hint.knob,
                     knob->str(before),
                     knob->str(*after),
                     request.reason};
}

LogicalResult PipelineRun::retry(const PassExecution &execution,
                                 const RetryRequest &request) {
  Expected<RetryRecord> record = grant(execution, request);
  if (!record && !request.errors.empty()) {
    std::vector<Diagnostic> errors = request.errors;
    auto addNote = [](Diagnostic &diag, const Twine &message) {
      diag.notes.push_back(
          {diag.id, Severity::Note, {}, message.str(), {}, {}});
    };
    for (Diagnostic &diag : errors)
      addNote(diag, "in " + describe(execution));
    std::string why = toString(record.takeError());
    // Of a pass that the pipeline doesn't have there is nothing to say.
    if (any_of(steps, [&](const Step &s) {
          return s.kind == Step::RunPass &&
                 s.element->pass->getName() == request.point;
        }))
      addNote(errors.back(),
              "it asked to return to '" + request.point + "', but " + why);
    for (const RetryRecord &earlier : manager.retries)
      addNote(errors.back(), "tried before: " + earlier.str());
    for (Diagnostic &diag : errors)
      diagnostics.report(std::move(diag));
    return failure();
  }
  if (!record) {
    InFlightDiagnostic diag = diagnostics.error(DiagID::PassRetry);
    diag << describe(execution) << " failed";
    if (!request.reason.empty())
      diag << ": " << request.reason;
    diag.attachNote("it asked to return to '" + request.point + "', but " +
                    toString(record.takeError()));
    for (const RetryRecord &earlier : manager.retries)
      diag.attachNote("tried before: " + earlier.str());
    return diag;
  }
  manager.retries.push_back(std::move(*record));
  const RetryRecord &granted = manager.retries.back();
  diagnostics.emit(DiagID::PassRetry, Severity::Remark)
      << "retry " << std::to_string(manager.retries.size()) << ": "
      << granted.str();
  for (auto &i : manager.instrumentations)
    i->afterRetry(granted, module);
  return success();
}

LogicalResult PassManager::run(const Pipeline &pipeline, Module &module) {
  if (failed(pipeline.check(module.getProperties(), registry,
                            module.getContext().getDiagnostics())))
    return failure();
  return PipelineRun(*this, pipeline, module).run();
}
