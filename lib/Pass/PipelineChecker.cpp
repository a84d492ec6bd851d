//===- PipelineChecker.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What must hold before a pipeline runs:
///
///   1. The declared dependencies ("after") of its passes, followed through
///      the registry, form no cycle and name registered passes.
///   2. Wherever a pass runs, the module has the properties that it requires:
///      the input has them or an earlier pass sets them, and none has cleared
///      them since. A loop's body holds this in its second round too.
///   3. Each pass that it must run after has run before, or sets properties
///      that all hold.
///   4. Every registered pass that is mandatory for a property that the
///      pipeline sets occurs in the pipeline (those of a target only if the
///      pipeline uses the target's passes).
///   5. No knob is set to two values.
///
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Pipeline.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include <map>

using namespace llvm;
using namespace onnc;

namespace {

class PipelineChecker {
public:
  PipelineChecker(const Pipeline &pipeline, PropertySet input,
                  const PassRegistry &registry, DiagnosticEngine &diagnostics)
      : pipeline(pipeline), registry(registry), diagnostics(diagnostics),
        held(input) {}

  LogicalResult check();

private:
  InFlightDiagnostic error(DiagID id, const PipelineElement &at) {
    ++numErrors;
    InFlightDiagnostic diag = diagnostics.error(id, at.location);
    diag.setSourceLine(at.sourceLine);
    return diag;
  }

  void checkDependencies(const PipelineElement &at, const PassInfo &info,
                         SmallVectorImpl<StringRef> &path);
  void checkNames(const PipelineElement &at, const PassInfo &info,
                  ArrayRef<StringRef> names, StringRef verb);
  void simulate(ArrayRef<PipelineElement> elements);
  void simulate(const PipelineElement &element);
  void reportMissing(const PipelineElement &element, Property property);
  bool isSatisfied(StringRef dependency) const;
  void checkMandatory();
  void checkKnobs();

  const Pipeline &pipeline;
  const PassRegistry &registry;
  DiagnosticEngine &diagnostics;
  unsigned numErrors = 0;

  /// Passes whose dependencies are known to be sound, or reported.
  StringSet<> checked;
  // The state of the simulation.
  PropertySet held;
  StringSet<> hasRun;
  std::map<Property, StringRef> clearedBy;
};

} // namespace

//===----------------------------------------------------------------------===//
// Declared dependencies
//===----------------------------------------------------------------------===//

void PipelineChecker::checkNames(const PipelineElement &at,
                                 const PassInfo &info,
                                 ArrayRef<StringRef> names, StringRef verb) {
  for (StringRef name : names)
    if (!registry.lookup(name))
      error(DiagID::PipelineOrder, at)
          << "pass '" << info.name << "' " << verb << " '" << name
          << "', which is not registered";
}

/// Depth first along "after"; \p path holds the passes from the pipeline's to
/// \p info.
void PipelineChecker::checkDependencies(const PipelineElement &at,
                                        const PassInfo &info,
                                        SmallVectorImpl<StringRef> &path) {
  auto begin = find(path, info.name);
  if (begin != path.end()) {
    std::string cycle;
    for (StringRef name : make_range(begin, path.end()))
      cycle += ("'" + name + "' after ").str();
    error(DiagID::PipelineCycle, at)
        << "pass dependencies form a cycle: " << cycle << "'" << info.name
        << "'";
    return;
  }
  if (checked.contains(info.name))
    return;
  path.push_back(info.name);
  checkNames(at, info, info.after, "runs after");
  for (StringRef name : info.after)
    if (const PassRegistry::Entry *entry = registry.lookup(name))
      checkDependencies(at, *entry->info, path);
  path.pop_back();
  checked.insert(info.name);
}

//===----------------------------------------------------------------------===//
// Order and properties
//===----------------------------------------------------------------------===//

void PipelineChecker::reportMissing(const PipelineElement &element,
                                    Property property) {
  InFlightDiagnostic diag = error(DiagID::PipelineOrder, element);
  diag << "pass '" << element.pass->getName() << "' requires the property '"
       << getName(property) << "', which ";
  auto it = clearedBy.find(property);
  if (it != clearedBy.end())
    diag << "pass '" << it->second << "' clears";
  else
    diag << "the input lacks and no earlier pass sets";
  std::vector<std::string> setters;
  for (const PassRegistry::Entry &entry : registry.getPasses())
    if (entry.info->setProperties.has(property))
      setters.push_back(("'" + entry.info->name + "'").str());
  if (!setters.empty())
    diag.attachNote("it is set by " + join(setters, ", "));
}

bool PipelineChecker::isSatisfied(StringRef dependency) const {
  if (hasRun.contains(dependency))
    return true;
  const PassRegistry::Entry *entry = registry.lookup(dependency);
  PropertySet sets = entry ? entry->info->setProperties : PropertySet();
  return !sets.empty() && all_of(getAllProperties(), [&](Property p) {
    return !sets.has(p) || held.has(p);
  });
}

void PipelineChecker::simulate(const PipelineElement &element) {
  const PassInfo &info = element.pass->getInfo();
  for (Property p : getAllProperties())
    if (info.requiredProperties.has(p) && !held.has(p))
      reportMissing(element, p);
  for (StringRef dependency : info.after)
    if (!isSatisfied(dependency))
      error(DiagID::PipelineOrder, element)
          << "pass '" << info.name << "' must run after '" << dependency
          << "', which has not run before it";

  // An error once is enough: go on as if all were well.
  for (Property p : getAllProperties()) {
    if (info.clearedProperties.has(p)) {
      held.clear(p);
      clearedBy[p] = info.name;
    }
    if (info.setProperties.has(p)) {
      held.set(p);
      clearedBy.erase(p);
    }
  }
  hasRun.insert(info.name);
}

void PipelineChecker::simulate(ArrayRef<PipelineElement> elements) {
  for (const PipelineElement &element : elements) {
    if (!element.isLoop()) {
      simulate(element);
      continue;
    }
    unsigned before = numErrors;
    simulate(element.body);
    if (numErrors == before && element.maxIterations > 1)
      simulate(element.body);
  }
}

//===----------------------------------------------------------------------===//
// The pipeline as a whole
//===----------------------------------------------------------------------===//

void PipelineChecker::checkMandatory() {
  DenseSet<const PassGroup *> groups;
  // For each property, the last pass that sets it.
  std::map<Property, const PipelineElement *> setters;
  pipeline.forEachPass([&](const PipelineElement &element) {
    const PassInfo &info = element.pass->getInfo();
    groups.insert(info.group);
    for (Property p : getAllProperties())
      if (info.setProperties.has(p))
        setters[p] = &element;
  });
  for (const PassRegistry::Entry &entry : registry.getPasses()) {
    const PassInfo &info = *entry.info;
    if (hasRun.contains(info.name) ||
        (info.group->targetSpecific && !groups.contains(info.group)))
      continue;
    for (auto [property, setter] : setters) {
      if (!info.mandatoryFor.has(property))
        continue;
      error(DiagID::PipelineMandatory, *setter)
          << "a pipeline that sets the property '" << getName(property)
          << "', as '" << setter->pass->getName()
          << "' does, must contain the pass '" << info.name << "'";
      break;
    }
  }
}

void PipelineChecker::checkKnobs() {
  std::map<std::pair<StringRef, unsigned>, int64_t> values;
  pipeline.forEachPass([&](const PipelineElement &element) {
    const PassInfo &info = element.pass->getInfo();
    for (auto [index, value] : element.knobs) {
      auto [it, isNew] = values.insert({{info.name, index}, value});
      if (isNew || it->second == value)
        continue;
      const KnobInfo &knob = info.knobs[index];
      error(DiagID::PipelineOption, element)
          << "knob '" << info.name << '.' << knob.name << "' is set to "
          << knob.str(value) << " here and to " << knob.str(it->second)
          << " earlier; a compilation has one value of a knob";
    }
  });
}

LogicalResult PipelineChecker::check() {
  pipeline.forEachPass([&](const PipelineElement &element) {
    SmallVector<StringRef, 8> path;
    checkDependencies(element, element.pass->getInfo(), path);
  });
  // Orders mean nothing among circular dependencies.
  if (numErrors)
    return failure();
  simulate(pipeline.getElements());
  checkMandatory();
  checkKnobs();
  return failure(numErrors != 0);
}

LogicalResult Pipeline::check(PropertySet input, const PassRegistry &registry,
                              DiagnosticEngine &diagnostics) const {
  return PipelineChecker(*this, input, registry, diagnostics).check();
}
