//===- AnalysisManagerTest.cpp --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/AnalysisManager.h"
#include "onnc/IR/Context.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

namespace {

/// How often each analysis was computed.
unsigned baseRuns, userRuns, otherRuns;
/// What the module is said to be.
unsigned truth;

struct Base {
  static const AnalysisKey key;
  Base(Module &, AnalysisManager &) : value(truth) { ++baseRuns; }
  bool operator==(const Base &) const = default;
  unsigned value;
};
const AnalysisKey Base::key = {"base"};

struct User {
  static const AnalysisKey key;
  User(Module &module, AnalysisManager &analyses)
      : base(analyses.get<Base>(module)) {
    ++userRuns;
  }
  void print(raw_ostream &os) const { os << base.value; }
  const Base &base;
};
const AnalysisKey User::key = {"user"};

struct PerGraph {
  static const AnalysisKey key;
  PerGraph(Graph &graph, AnalysisManager &) : name(graph.getName()) {
    ++otherRuns;
  }
  bool operator==(const PerGraph &) const = default;
  std::string name;
};
const AnalysisKey PerGraph::key = {"per-graph"};

struct AnalysisManagerTest : ::testing::Test {
  Context context;
  Module module{context};
  AnalysisManager analyses;
  AnalysisManagerTest() { baseRuns = userRuns = otherRuns = truth = 0; }
};

TEST_F(AnalysisManagerTest, ComputesOnceOnDemand) {
  EXPECT_EQ(analyses.getCached<Base>(module), nullptr);
  EXPECT_EQ(baseRuns, 0u);
  const User &user = analyses.get<User>(module);
  EXPECT_EQ(&analyses.get<User>(module), &user);
  EXPECT_EQ(analyses.getCached<Base>(module), &user.base);
  EXPECT_EQ(baseRuns, 1u);
  EXPECT_EQ(userRuns, 1u);
}

TEST_F(AnalysisManagerTest, InvalidatesWhatQueriedTheInvalid) {
  analyses.get<User>(module);
  // Preserving the user alone is of no use to it.
  analyses.invalidate({&User::key});
  EXPECT_EQ(analyses.getCached<Base>(module), nullptr);
  EXPECT_EQ(analyses.getCached<User>(module), nullptr);

  analyses.get<User>(module);
  analyses.invalidate({&Base::key});
  EXPECT_NE(analyses.getCached<Base>(module), nullptr);
  EXPECT_EQ(analyses.getCached<User>(module), nullptr);

  analyses.get<User>(module);
  analyses.invalidate({&Base::key, &User::key});
  EXPECT_NE(analyses.getCached<User>(module), nullptr);
}

TEST_F(AnalysisManagerTest, KnowsADependencyFromAQueryOfACachedResult) {
  analyses.get<Base>(module);
  analyses.get<User>(module);
  analyses.invalidate({&User::key});
  EXPECT_EQ(analyses.getCached<User>(module), nullptr);
}

TEST_F(AnalysisManagerTest, GraphsHaveTheirOwnResults) {
  Graph &a = module.addGraph("a");
  Graph &b = module.addGraph("b");
  EXPECT_EQ(analyses.get<PerGraph>(a).name, "a");
  EXPECT_EQ(analyses.get<PerGraph>(b).name, "b");
  EXPECT_EQ(otherRuns, 2u);
  module.eraseGraph(b);
  analyses.dropStaleGraphs(module);
  EXPECT_NE(analyses.getCached<PerGraph>(a), nullptr);
  EXPECT_EQ(analyses.getCached<PerGraph>(b), nullptr);
}

TEST_F(AnalysisManagerTest, FindsStaleResults) {
  analyses.get<User>(module);
  EXPECT_TRUE(analyses.findStale().empty());
  truth = 1;
  EXPECT_EQ(analyses.findStale(),
            (std::vector<const AnalysisKey *>{&Base::key, &User::key}));
}

} // namespace
