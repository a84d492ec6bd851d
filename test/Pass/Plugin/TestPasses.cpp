//===- TestPasses.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A plugin for onnc-opt: passes, operators, analyses and a validator that
/// exercise the framework. Their tests are ../*.onncir.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Builder.h"
#include "onnc/Pass/Plugin.h"
#include <csignal>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Analyses: the number of operations, and a second that queries the first
//===----------------------------------------------------------------------===//

namespace onnctest {

struct OpCount {
  static const AnalysisKey key;
  OpCount(Graph &graph, AnalysisManager &) {
    errs() << "computing op-count of @" << graph.getName() << '\n';
    graph.getBody().walk([&](Operation *) { ++number; });
  }
  bool operator==(const OpCount &) const = default;
  unsigned number = 0;
};
const AnalysisKey OpCount::key = {"op-count"};

struct OpCountDoubled {
  static const AnalysisKey key;
  OpCountDoubled(Graph &graph, AnalysisManager &analyses)
      : number(2 * analyses.get<OpCount>(graph).number) {}
  void print(raw_ostream &os) const { os << number; }
  unsigned number;
};
const AnalysisKey OpCountDoubled::key = {"op-count-doubled"};

} // namespace onnctest

#include "Passes.h.inc"

#include "Passes.cpp.inc"

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

static constexpr ValueInfo anyOperands[] = {
    {"operands", Arity::Variadic, ~uint64_t(0), ""}};
static constexpr ValueInfo anyResults[] = {
    {"results", Arity::Variadic, ~uint64_t(0), ""}};

/// An operator that takes and gives anything.
static constexpr OpInfo makeOp(StringRef name, uint32_t traits) {
  OpInfo info{};
  info.name = name;
  info.operands = anyOperands;
  info.results = anyResults;
  info.traits = traits;
  info.openAttributes = true;
  return info;
}

static constexpr OpInfo testOps[] = {
    makeOp("test.pure", 0),
    makeOp("test.effect", OpTrait::SideEffect),
    makeOp("test.random", OpTrait::NonDeterministic),
    makeOp("test.swappable", OpTrait::Commutative),
};

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

#define TEST_PASS(CLASS)                                                       \
  namespace {                                                                  \
  struct CLASS : onnctest::CLASS##Base {                                       \
    PassResult run(Module &module, PassContext &context) const override;       \
  };                                                                           \
  }                                                                            \
  std::unique_ptr<Pass> onnctest::create##CLASS##Pass() {                      \
    return std::make_unique<CLASS>();                                          \
  }                                                                            \
  PassResult CLASS::run(Module &module, PassContext &context) const

/// A pass that is interesting by its declaration only.
#define EMPTY_PASS(CLASS)                                                      \
  TEST_PASS(CLASS) { return PassResult::unchanged(); }

EMPTY_PASS(SetImported)
EMPTY_PASS(Select)
EMPTY_PASS(Unselect)
EMPTY_PASS(NeedSelected)
EMPTY_PASS(AfterCount)
EMPTY_PASS(AfterSelect)
EMPTY_PASS(CycleA)
EMPTY_PASS(CycleB)
EMPTY_PASS(CycleC)
EMPTY_PASS(AfterUnknown)
EMPTY_PASS(SetScheduled)
EMPTY_PASS(CheckSchedule)
EMPTY_PASS(TargetSchedule)
EMPTY_PASS(TargetCheck)

TEST_PASS(PrintOptions) {
  outs() << "flag " << flag << ", number " << number << ", real "
         << llvm::format("%g", real) << ", text '" << text << "', mode "
         << (mode == Mode::Fast ? "fast" : "small-code") << ", sizes";
  for (int64_t size : sizes)
    outs() << ' ' << size;
  outs() << ", scales";
  for (double scale : scales)
    outs() << llvm::format(" %g", scale);
  outs() << ", names";
  for (const std::string &name : names)
    outs() << " '" << name << "'";
  outs() << '\n';
  return PassResult::unchanged();
}

TEST_PASS(Count) {
  for (const auto &graph : module.getGraphs()) {
    auto &doubled = context.getAnalysis<onnctest::OpCountDoubled>(*graph);
    errs() << "@" << graph->getName() << " counts " << doubled.number / 2
           << '\n';
  }
  return PassResult::unchanged();
}

TEST_PASS(CountUndeclared) {
  (void)context.getAnalysis<onnctest::OpCount>(*module.getMain());
  return PassResult::unchanged();
}

static unsigned addOps(Module &module, int64_t until) {
  unsigned added = 0;
  for (const auto &graph : module.getGraphs()) {
    Region &body = graph->getBody();
    if (std::distance(body.begin(), body.end()) >= until)
      continue;
    Builder builder(body.getTerminator());
    builder.create("test.effect", {}, {});
    ++added;
  }
  return added;
}

TEST_PASS(AddOp) {
  unsigned n = addOps(module, until);
  context.count(added, n);
  return PassResult::changedIf(n != 0);
}

TEST_PASS(AddOpLying) {
  addOps(module, 1000);
  return PassResult::changed();
}

TEST_PASS(AddOpSecretly) {
  addOps(module, 1000);
  return PassResult::unchanged();
}

TEST_PASS(Rename) {
  module.setName("renamed");
  return PassResult::changed();
}

TEST_PASS(Tile) {
  static constexpr StringLiteral names[] = {"none", "one", "two"};
  module.walk([&](Operation *op) {
    if (op->hasTrait(OpTrait::Terminator))
      return;
    // A second run on the same operation would show.
    op->setAttr("times_tiled", IntAttr::get(op->getInt("times_tiled", 0) + 1));
    op->setAttr("rows", IntAttr::get(getRows(context)));
    op->setAttr(
        "buffering",
        StringAttr::get(names[static_cast<int>(getBuffering(context))]));
  });
  return PassResult::changed();
}

TEST_PASS(Plan) {
  int64_t rows = 0;
  module.walk(
      [&](Operation *op) { rows = std::max(rows, op->getInt("rows", 0)); });
  if (fail && rows < 64)
    return context.getDiagnostics().error(DiagID::CodeGenCapacity)
           << "no plan at all";
  if (rows <= fits)
    return PassResult::unchanged();
  std::string reason =
      (Twine(rows) + " rows, only " + Twine(fits) + " fit").str();
  auto retry = [&](KnobHint hint, StringRef point = "test-tile") {
    return PassResult::retry({point.str(), std::move(hint), reason});
  };
  switch (ask) {
  case Ask::Half:
    return retry(KnobHint::limitTo("test-tile", "rows", rows / 2));
  case Ask::OneStep:
    return retry(KnobHint::oneStep("test-tile", "rows"));
  case Ask::Same:
    return retry(KnobHint::limitTo("test-tile", "rows", rows));
  case Ask::Beyond:
    return retry(KnobHint::limitTo("test-tile", "rows", 0));
  case Ask::Step:
    return retry(KnobHint::limitTo("test-tile", "step", 3));
  case Ask::Buffering:
    return retry(KnobHint::oneStep("test-tile", "buffering"));
  case Ask::UnknownKnob:
    return retry(KnobHint::oneStep("test-tile", "columns"));
  case Ask::OtherPass:
    return retry(KnobHint::oneStep("test-other", "rows"));
  case Ask::UndeclaredPoint:
    return retry(KnobHint::oneStep("test-tile", "rows"), "test-add-op");
  }
  llvm_unreachable("unknown wish");
}

TEST_PASS(Fail) {
  switch (how) {
  case How::Error:
    return module.getMain()->getBody().begin()->emitError(DiagID::VerifyIR)
           << "is not to our taste";
  case How::Silent:
    return PassResult::error();
  case How::ReportOnly:
    context.getDiagnostics().error(DiagID::VerifyIR) << "reported only";
    return PassResult::unchanged();
  case How::Abort:
    std::abort();
  case How::Segfault:
    std::raise(SIGSEGV);
    break;
  case How::BreakIr: {
    // A use before its definition.
    Operation &first = *module.getMain()->getBody().begin();
    first.moveBefore(module.getMain()->getBody().getTerminator());
    return PassResult::changed();
  }
  }
  return PassResult::unchanged();
}

//===----------------------------------------------------------------------===//
// The plugin
//===----------------------------------------------------------------------===//

/// Scheduled modules must not hold test.random.
static LogicalResult checkNoRandom(Module &module) {
  LogicalResult result = success();
  module.walk([&](Operation *op) {
    if (op->getName() == "test.random")
      result = op->emitError(DiagID::CodeGenValidation) << "can't be scheduled";
  });
  return result;
}

static Error registerPasses(PassRegistry &registry) {
  registry.addValidator({"no-random", Property::Scheduled, checkNoRandom});
  return joinErrors(onnctest::registerTestPasses(registry),
                    onnctest::registerTestTargetPasses(registry));
}

extern "C" const PassPluginInfo *onncGetPassPlugin() {
  static constexpr PassPluginInfo info = {
      ONNC_PASS_PLUGIN_ABI, "test-passes", "1", registerPasses,
      [](Context &context) { context.registerOps(testOps); }};
  return &info;
}
