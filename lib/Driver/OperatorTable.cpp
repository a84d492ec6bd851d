//===- OperatorTable.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/OperatorTable.h"
#include "OperatorSamples.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Context.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "onnc/Transforms/Functions.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallString.h"
#include <map>

using namespace llvm;
using namespace onnc;

namespace {

/// Says why an instance isn't supported; nullopt where it is.
using AskFn = function_ref<std::optional<std::string>(const OperatorSample &)>;

/// Reasons and how often each was heard, in order of first occurrence.
class Refusals {
public:
  void add(const std::string &reason) { ++counts[reason]; }
  std::string getMostFrequent() const {
    const std::pair<std::string, unsigned> *best = nullptr;
    for (const auto &entry : counts)
      if (!best || entry.second > best->second)
        best = &entry;
    return best ? best->first : "there is no instance to ask with";
  }

private:
  MapVector<std::string, unsigned, std::map<std::string, unsigned>> counts;
};

/// Collects the errors that are reported while it lives.
class ErrorCollector {
public:
  explicit ErrorCollector(DiagnosticEngine &engine) : engine(engine) {
    previous = engine.exchangeHandler([this](const Diagnostic &diag) {
      if (diag.severity == Severity::Error)
        messages.push_back(diag.message);
    });
  }
  ~ErrorCollector() { engine.exchangeHandler(std::move(previous)); }

  /// \p reason, if one of the errors was reported for it; else the first.
  std::string choose(const std::optional<std::string> &reason) const {
    if (reason && any_of(messages, [&](StringRef message) {
          return message.contains(*reason);
        }))
      return *reason;
    return messages.empty() ? "it failed without a message" : messages.front();
  }

private:
  DiagnosticEngine &engine;
  DiagnosticEngine::Handler previous;
  std::vector<std::string> messages;
};

/// A target that is asked.
class Candidate {
public:
  Candidate(Context &context, const TargetRegistry &targets)
      : context(context), compiler(context, targets) {}

  LogicalResult choose(StringRef quadruple);
  StringRef getName() const { return compiler.getQuadruple().processor; }

  OperatorSupport getSupport(const OpInfo &info, uint64_t types,
                             bool isFunction);

private:
  /// Why the target's pipeline refuses the instance.
  std::optional<std::string> ask(const OperatorSample &sample,
                                 const Pipeline &pipeline);
  LogicalResult emit(const Module &module);

  Context &context;
  Compiler compiler;
  Pipeline pipeline, expanding;
  PassOptions options;
};

} // namespace

static SmallVector<ElementType, 32> getTypes(uint64_t mask) {
  SmallVector<ElementType, 32> types;
  for (; mask; mask &= mask - 1)
    types.push_back(static_cast<ElementType>(countr_zero(mask)));
  return types;
}

/// The types among \p types for which \p ask says yes to an instance.
static uint64_t askAll(Context &context, const OpInfo &info, uint64_t types,
                       Refusals &refusals, AskFn ask) {
  uint64_t accepted = 0;
  for (ElementType type : getTypes(types)) {
    Refusals ofType;
    bool isAccepted = false;
    for (const OperatorSample &sample : makeSamples(context, info, type)) {
      auto refusal = ask(sample);
      if ((isAccepted = !refusal))
        break;
      ofType.add(*refusal);
    }
    if (isAccepted)
      accepted |= uint64_t(1) << unsigned(type);
    else
      refusals.add(ofType.getMostFrequent());
  }
  return accepted;
}

static OperatorSupport
getInterpreterSupport(Context &context, const OpInfo &info, uint64_t types) {
  OperatorSupport support;
  Refusals refusals;
  support.types =
      askAll(context, info, types, refusals,
             [](const OperatorSample &sample) -> std::optional<std::string> {
               const Graph &graph = *sample.module->getMain();
               auto results = run(graph, makeSampleInputs(graph));
               if (results)
                 return std::nullopt;
               std::string reason;
               handleAllErrors(
                   results.takeError(),
                   [&](const InterpError &e) { reason = e.getMessage().str(); },
                   [&](const ErrorInfoBase &e) { reason = e.message(); });
               return reason;
             });
  if (support.types != types)
    support.refusal = refusals.getMostFrequent();
  return support;
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

LogicalResult Candidate::choose(StringRef quadruple) {
  if (failed(compiler.setQuadruple(quadruple)))
    return failure();
  options.noCrashReproducer = true;
  auto plain = compiler.getPipeline(options, OptLevel::O2);
  options.expandFunctions = true;
  auto expanded = compiler.getPipeline(options, OptLevel::O2);
  if (!plain || !expanded)
    return failure();
  pipeline = std::move(*plain);
  expanding = std::move(*expanded);
  return success();
}

/// Writes the first of the target's kinds, for nobody.
LogicalResult Candidate::emit(const Module &module) {
  const OutputKind &kind = compiler.getTarget()->getOutputKinds().front();
  if (!kind.isDirectory) {
    SmallString<0> bytes;
    raw_svector_ostream os(bytes);
    return compiler.emit(module, kind.name, os);
  }
  auto scratch = TemporaryDirectory::create("onnc-operators");
  if (!scratch)
    return reportError(context.getDiagnostics(), DiagID::InputOutput,
                       scratch.takeError());
  return compiler.emitDirectory(module, kind.name,
                                (*scratch)->getPath("operator"));
}

std::optional<std::string> Candidate::ask(const OperatorSample &sample,
                                          const Pipeline &pipeline) {
  // What the operator is refused for, without who says so of which node.
  auto refusal =
      compiler.getTarget()->getOperatorModel().getRefusal(*sample.op);
  ErrorCollector errors(context.getDiagnostics());
  auto module = sample.module->clone();
  if (failed(compiler.compile(*module, pipeline, options)))
    return errors.choose(refusal);
  // Where others took its place, or none, the target hasn't seen all types.
  if (refusal && failed(emit(*module)))
    return errors.choose(refusal);
  return std::nullopt;
}

OperatorSupport Candidate::getSupport(const OpInfo &info, uint64_t types,
                                      bool isFunction) {
  OperatorSupport support;
  Refusals refusals;
  support.types =
      askAll(context, info, types, refusals, [&](const OperatorSample &sample) {
        return ask(sample, pipeline);
      });
  if (isFunction) {
    Refusals ignored;
    support.expanded = askAll(
        context, info, types & ~support.types, ignored,
        [&](const OperatorSample &sample) { return ask(sample, expanding); });
  }
  if (support.getAll() != types)
    support.refusal = refusals.getMostFrequent();
  return support;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

const OperatorRow *OperatorTable::lookup(StringRef name) const {
  auto it = find_if(
      rows, [&](const OperatorRow &row) { return row.info->name == name; });
  return it == rows.end() ? nullptr : &*it;
}

std::optional<OperatorTable>
onnc::makeOperatorTable(Context &context, const TargetRegistry &targets,
                        ArrayRef<std::string> quadruples) {
  std::vector<std::string> names(quadruples);
  if (names.empty())
    for (const TargetInfo *target : targets.getTargets())
      names.push_back(target->processors.front().name.str());
  OperatorTable table;
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const std::string &name : names) {
    candidates.push_back(std::make_unique<Candidate>(context, targets));
    if (failed(candidates.back()->choose(name)))
      return std::nullopt;
    table.targets.push_back(candidates.back()->getName().str());
  }
  for (const OpInfo *info : context.getOps()) {
    if (!info->onnxSince)
      continue;
    OperatorRow row;
    row.info = info;
    row.history = getOperatorHistory(*info);
    row.types = getLeadingTypes(*info);
    row.isFunction = isFunction(*info);
    row.interpreter = getInterpreterSupport(context, *info, row.types);
    for (const auto &candidate : candidates)
      row.targets.push_back(
          candidate->getSupport(*info, row.types, row.isFunction));
    table.rows.push_back(std::move(row));
  }
  return table;
}
