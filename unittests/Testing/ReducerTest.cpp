//===- ReducerTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/Reducer.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Testing/ModelGenerator.h"
#include "llvm/ADT/DenseSet.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

static unsigned countOperations(Module &module) {
  unsigned count = 0;
  module.walk([&](Operation *) { ++count; });
  return count;
}

/// A Softmax of what a Conv computes, with anything between: a planted bug of
/// two operators.
static bool hasSoftmaxAfterConv(Module &module) {
  bool found = false;
  DenseSet<Value *> convolved;
  module.walk([&](Operation *op) {
    bool after = any_of(op->getOperands(), [&](Value *operand) {
      return convolved.contains(operand);
    });
    if (after || op->getName() == "onnx.Conv")
      for (Value *result : op->getResults())
        convolved.insert(result);
    found |= after && op->getName() == "onnx.Softmax";
  });
  return found;
}

TEST(Reducer, TwoOperatorsAreLeftOfMany) {
  unsigned reductions = 0;
  for (uint64_t seed = 0; reductions < 5 && seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Context context;
    smith::GeneratorOptions options;
    options.seed = seed;
    options.numOperators = 25;
    auto module = smith::generateModel(context, options);
    ASSERT_TRUE(bool(module)) << toString(module.takeError());
    if (!hasSoftmaxAfterConv(**module))
      continue;
    ++reductions;
    smith::ReductionStatistics statistics;
    auto reduced =
        smith::reduceModule(**module, hasSoftmaxAfterConv, statistics);
    EXPECT_TRUE(hasSoftmaxAfterConv(*reduced));
    EXPECT_TRUE(succeeded(verify(*reduced)));
    // Conv and Softmax, the weights if they are constant, and the terminator.
    EXPECT_LE(countOperations(*reduced), 6u);
    EXPECT_GT(statistics.kept, 0u);
  }
  EXPECT_EQ(reductions, 5u);
}

TEST(Reducer, SizesAndAttributes) {
  Context context;
  auto module = parseModule(context, R"(module @m properties [imported]
graph @main(%x: tensor<2x6x19x23xf32>, %w: tensor<10x6x3x3xf32>) -> ("y", "z") {
  %a = onnx.Conv(%x, %w) {pads = [1, 1, 1, 1], strides = [2, 1]} : (tensor<2x6x19x23xf32>, tensor<10x6x3x3xf32>) -> tensor<2x10x10x23xf32>
  %z = onnx.Relu(%a) : (tensor<2x10x10x23xf32>) -> tensor<2x10x10x23xf32>
  return(%a, %z) : (tensor<2x10x10x23xf32>, tensor<2x10x10x23xf32>) -> ()
})",
                            "test");
  ASSERT_TRUE(module);
  // Needs padding on one side, and a kernel of at least 2 by 2.
  auto isInteresting = [](Module &candidate) {
    bool found = false;
    candidate.walk([&](Operation *op) {
      if (op->getName() != "onnx.Conv" || op->getInts("pads").empty())
        return;
      auto kernel = *op->getOperand(1)->getTensorType().getStaticShape();
      found |= op->getInts("pads")[1] == 1 && kernel[2] > 1 && kernel[3] > 1;
    });
    return found;
  };
  smith::ReductionStatistics statistics;
  auto reduced = smith::reduceModule(*module, isInteresting, statistics);
  ASSERT_EQ(countOperations(*reduced), 2u);
  Operation &conv = *reduced->getMain()->getBody().begin();
  EXPECT_EQ(conv.getOperand(0)->getType().str(), "tensor<1x1x1x1xf32>");
  EXPECT_EQ(conv.getOperand(1)->getType().str(), "tensor<1x1x2x2xf32>");
  EXPECT_EQ(conv.getInts("pads"), (SmallVector<int64_t, 6>{0, 1, 1, 0}));
  EXPECT_FALSE(conv.hasAttr("strides"));
  EXPECT_EQ(reduced->getMain()->getNumOutputs(), 1u);
}

TEST(Reducer, WhatIsNeededStays) {
  Context context;
  auto module = parseModule(context, R"(module @m properties [imported]
graph @main(%x: tensor<4xf32>) -> ("y") {
  %y = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return(%y) : (tensor<4xf32>) -> ()
})",
                            "test");
  ASSERT_TRUE(module);
  std::string text, after;
  raw_string_ostream before(text), os(after);
  module->print(before);
  smith::ReductionStatistics statistics;
  auto reduced = smith::reduceModule(
      *module,
      [&](Module &candidate) {
        std::string found;
        raw_string_ostream print(found);
        candidate.print(print);
        return found == text;
      },
      statistics);
  reduced->print(os);
  EXPECT_EQ(text, after);
  EXPECT_EQ(statistics.kept, 0u);
  EXPECT_GT(statistics.tried, 0u);
}

static bool hasTanhInBody(Module &module) {
  bool found = false;
  module.walk([&](Operation *op) {
    found |=
        op->getName() == "onnx.Tanh" && !op->getParentRegion()->isTopLevel();
  });
  return found;
}

TEST(Reducer, BodiesShrink) {
  unsigned reductions = 0;
  for (uint64_t seed = 0; reductions < 5 && seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Context context;
    smith::GeneratorOptions options;
    options.seed = seed;
    options.numOperators = 12;
    options.makers = {"If", "Loop", "Scan", "Binary", "Reduce", "Reshape"};
    auto module = smith::generateModel(context, options);
    ASSERT_TRUE(bool(module)) << toString(module.takeError());
    if (!hasTanhInBody(**module))
      continue;
    ++reductions;
    smith::ReductionStatistics statistics;
    auto reduced = smith::reduceModule(**module, hasTanhInBody, statistics);
    EXPECT_TRUE(hasTanhInBody(*reduced));
    EXPECT_TRUE(succeeded(verify(*reduced)));
    // The operator, the body's return, the graph's, operands; of an If the
    // other branch; and what makes a Loop's condition.
    EXPECT_LE(countOperations(*reduced), 9u);
  }
  EXPECT_EQ(reductions, 5u);
}

static bool hasSigmoid(Module &module) {
  unsigned count = 0;
  module.walk([&](Operation *op) { count += op->getName() == "onnx.Sigmoid"; });
  return count != 0;
}

TEST(Reducer, BodiesTakeTheirOwnersPlace) {
  Context context;
  auto module = parseModule(context, R"(
module @m properties [imported]

graph @main(%c: tensor<bool>, %x: tensor<2xf32>) -> ("y") {
  %n = onnx.Constant() {value = dense<tensor<i64>, [3]>} : () -> tensor<i64>
  %y = onnx.If(%c, %x, %n) ({ ^(%t: tensor<2xf32>, %m: tensor<i64>)
    %l = onnx.Loop(%m, _, %t) ({ ^(%i: tensor<i64>, %go: tensor<bool>, %v: tensor<2xf32>)
      %g = onnx.Identity(%go) : (tensor<bool>) -> tensor<bool>
      %w = onnx.Sigmoid(%v) : (tensor<2xf32>) -> tensor<2xf32>
      return(%g, %w) : (tensor<bool>, tensor<2xf32>) -> ()
    }) : (tensor<i64>, none, tensor<2xf32>) -> tensor<2xf32>
    return(%l) : (tensor<2xf32>) -> ()
  }, { ^(%e: tensor<2xf32>, %k: tensor<i64>)
    %r = onnx.Relu(%e) : (tensor<2xf32>) -> tensor<2xf32>
    return(%r) : (tensor<2xf32>) -> ()
  }) : (tensor<bool>, tensor<2xf32>, tensor<i64>) -> tensor<2xf32>
  return(%y) : (tensor<2xf32>) -> ()
}
)",
                            "m.onncir");
  ASSERT_TRUE(module);
  smith::ReductionStatistics statistics;
  auto reduced = smith::reduceModule(*module, hasSigmoid, statistics);
  EXPECT_TRUE(hasSigmoid(*reduced));
  EXPECT_EQ(countOperations(*reduced), 2u);
  EXPECT_EQ(reduced->getMain()->getNumInputs(), 1u);
}
