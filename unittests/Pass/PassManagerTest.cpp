//===- PassManagerTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestPass.h"

using namespace llvm;
using namespace onnc;

namespace {

constexpr StringLiteral text =
    R"(module @m properties [imported] symbols {N = [1, 8]} attributes {fact = "x"}

graph @main(%x: tensor<[N]xf32>) -> ("out") {
  return(%x) : (tensor<[N]xf32>) -> ()
}
)";

constexpr KnobInfo knobs[] = {
    {"rows", "", 1, 3, 1, 3, TightenDirection::Down, {}}};
constexpr StringRef tileOnly[] = {"tile"};

struct PassManagerTest : ::testing::Test {
  TestContext c;
  TestPasses passes;
  PassRegistry registry;
  std::unique_ptr<Module> module = c.parse(text);

  LogicalResult run(PassManager &manager, StringRef pipeline) {
    auto parsed =
        Pipeline::parse(pipeline, registry, c.context.getDiagnostics());
    return parsed ? manager.run(*parsed, *module) : failure();
  }
};

/// Everything that a pass can change about a module.
void ruin(Module &module) {
  module.setName("ruined");
  module.setAttr("fact", Attribute());
  module.getSymbolRanges().clear();
  module.setProperties({Property::Tiled});
  module.getMain()->setOutputNames({"other"});
  module.addGraph("another");
}

TEST_F(PassManagerTest, ARetryRestoresExactly) {
  std::vector<std::string> seen;
  PassInfo tile = makeInfo("tile");
  tile.knobs = knobs;
  passes.add<0>(registry, tile, [&](Module &m, PassContext &) {
    seen.push_back(printToString(m));
    ruin(m);
    return PassResult::changed();
  });
  PassInfo plan = makeInfo("plan");
  plan.retryPoints = tileOnly;
  passes.add<1>(registry, plan, [&](Module &, PassContext &) {
    if (seen.size() == 3)
      return PassResult::unchanged();
    return PassResult::retry(
        {"tile", KnobHint::oneStep("tile", "rows"), "too big"});
  });
  PassManager manager(registry);
  ASSERT_TRUE(succeeded(run(manager, "tile,plan"))) << c.log;
  EXPECT_EQ(seen, std::vector<std::string>(3, text.str()));
  ASSERT_EQ(manager.getRetries().size(), 2u);
  EXPECT_EQ(manager.getRetries()[1].from, "2");
  EXPECT_EQ(manager.getRetries()[1].to, "1");
  EXPECT_EQ(manager.getKnobs().get(tile, knobs[0]), 1);
}

TEST_F(PassManagerTest, ARetryAlwaysEnds) {
  unsigned runs = 0;
  PassInfo tile = makeInfo("tile");
  tile.knobs = knobs;
  passes.add<0>(registry, tile, [&](Module &, PassContext &) {
    ++runs;
    return PassResult::changed();
  });
  PassInfo plan = makeInfo("plan");
  plan.retryPoints = tileOnly;
  passes.add<1>(registry, plan, [](Module &, PassContext &) {
    return PassResult::retry(
        {"tile", KnobHint::oneStep("tile", "rows"), "never happy"});
  });
  PassManager manager(registry);
  EXPECT_TRUE(failed(run(manager, "tile,plan")));
  EXPECT_EQ(runs, 3u);
  EXPECT_NE(StringRef(c.log).find("already at its lowest value"),
            StringRef::npos);
}

/// A knob of a pass that doesn't run again would change nothing.
TEST_F(PassManagerTest, AHintMustReachAPassThatRunsAgain) {
  PassInfo early = makeInfo("early");
  early.knobs = knobs;
  auto change = [](Module &, PassContext &) { return PassResult::changed(); };
  passes.add<0>(registry, early, change);
  passes.add<1>(registry, makeInfo("tile"), change);
  PassInfo plan = makeInfo("plan");
  plan.retryPoints = tileOnly;
  passes.add<2>(registry, plan, [](Module &, PassContext &) {
    return PassResult::retry(
        {"tile", KnobHint::oneStep("early", "rows"), "too big"});
  });
  PassManager manager(registry);
  EXPECT_TRUE(failed(run(manager, "early,tile,plan")));
  EXPECT_NE(StringRef(c.log).find("'early', whose knob is to be turned, does "
                                  "not run between them"),
            StringRef::npos)
      << c.log;
}

/// The nearest run before the request is the one returned to.
TEST_F(PassManagerTest, ARetryGoesToTheLatestRun) {
  std::string order;
  PassInfo tile = makeInfo("tile");
  tile.knobs = knobs;
  passes.add<0>(registry, tile, [&](Module &, PassContext &context) {
    order += "t" + std::to_string(context.getKnob(0));
    return PassResult::unchanged();
  });
  passes.add<1>(registry, makeInfo("mid"), [&](Module &, PassContext &) {
    order += "m";
    return PassResult::unchanged();
  });
  PassInfo plan = makeInfo("plan");
  plan.retryPoints = tileOnly;
  passes.add<2>(registry, plan, [&](Module &, PassContext &) {
    if (order.size() > 6)
      return PassResult::unchanged();
    return PassResult::retry({"tile", KnobHint::oneStep("tile", "rows"), ""});
  });
  PassManager manager(registry);
  ASSERT_TRUE(succeeded(run(manager, "tile,mid,tile,plan"))) << c.log;
  EXPECT_EQ(order, "t3mt3t2");
}

TEST_F(PassManagerTest, PropertiesFollowTheDeclarations) {
  PassInfo pass = makeInfo("pass");
  pass.requiredProperties = {Property::Imported};
  pass.setProperties = {Property::Tiled};
  pass.clearedProperties = {Property::Imported};
  passes.add<0>(registry, pass, [](Module &, PassContext &) {
    return PassResult::unchanged();
  });
  PassManager manager(registry);
  ASSERT_TRUE(succeeded(run(manager, "pass")));
  EXPECT_EQ(module->getProperties(), PropertySet({Property::Tiled}));
  EXPECT_TRUE(failed(run(manager, "pass"))) << "it requires what it cleared";
}

/// The handler that a program installed is back after every kind of result.
TEST_F(PassManagerTest, LeavesTheDiagnosticsAsTheyWere) {
  passes.add<0>(registry, makeInfo("bad"),
                [&](Module &, PassContext &) { return PassResult::error(); });
  PassManager manager(registry);
  EXPECT_TRUE(failed(run(manager, "bad")));
  c.log.clear();
  (void)c.context.getDiagnostics().error(DiagID::PassFailed);
  EXPECT_EQ(c.log, "error:  [pass-failed]\n");
}

} // namespace
