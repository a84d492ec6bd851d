//===- EquivalenceTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What the passes make of random networks computes the same.
///
//===----------------------------------------------------------------------===//

#include "PassRunner.h"
#include "RandomGraph.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Transforms/Pipelines.h"
#include <gtest/gtest.h>

using namespace onnc;

namespace {
/// Where sums are rounded at other places. Operands are multiples of 1/8 of
/// small size, products of a dozen of them keep most of a float's bits.
constexpr Tolerance rounding{.absolute = 1e-3, .relative = 1e-4};

struct Case {
  const char *pipeline;
  Tolerance tolerance;
  friend std::ostream &operator<<(std::ostream &os, const Case &c) {
    return os << c.pipeline;
  }
};

class EquivalenceTest : public testing::TestWithParam<Case> {};
} // namespace

TEST_P(EquivalenceTest, RandomNetworks) {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    Context context;
    RandomGraph graph = makeRandomGraph(context, seed, 4 + seed % 12);
    ASSERT_TRUE(succeeded(verify(*graph.module))) << seed;
    EXPECT_EQ(comparePasses(*graph.module, GetParam().pipeline, graph.inputs,
                            GetParam().tolerance),
              "")
        << "seed " << seed << "\n"
        << toText(*graph.module);
  }
}

static const std::string optimize1 = getOptimizationPipeline(1);
static const std::string optimize2 = getOptimizationPipeline(2);

INSTANTIATE_TEST_SUITE_P(
    Passes, EquivalenceTest,
    testing::Values(Case{"canonicalize", {}}, Case{"fold-constants", {}},
                    Case{optimize1.c_str(), {}},
                    Case{"fold-batch-normalization", rounding},
                    Case{"fuse-bias", rounding},
                    Case{optimize2.c_str(), rounding}));

TEST(OptimizationPipeline, EveryLevelRunsAndIsStable) {
  for (unsigned level = 0; level <= 3; ++level) {
    Context context;
    RandomGraph graph = makeRandomGraph(context, level, 12);
    std::string pipeline = getOptimizationPipeline(level);
    ASSERT_TRUE(succeeded(runPasses(*graph.module, pipeline))) << pipeline;
    std::string once = toText(*graph.module);
    ASSERT_TRUE(succeeded(runPasses(*graph.module, pipeline)));
    EXPECT_EQ(toText(*graph.module), once) << pipeline;
  }
}
