//===- ControlFlowTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"

using namespace onnc;

namespace {
class ControlFlowTest : public InterpFixture {
protected:
  llvm::Expected<RuntimeValues> runText(llvm::StringRef text,
                                        llvm::ArrayRef<RuntimeValue> inputs,
                                        const RunOptions &options = {}) {
    auto module = parse(text);
    if (!module)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     diagnostics);
    return run(*module->getMain(), inputs, options);
  }
};
} // namespace

static constexpr llvm::StringLiteral ifGraph = R"(
graph @main(%c: tensor<bool>, %x: tensor<2xf32>) -> ("y") {
  %y = onnx.If(%c, %x) ({ ^(%a: tensor<2xf32>)
    %n = onnx.Neg(%a) : (tensor<2xf32>) -> (tensor<2xf32>)
    return(%n) : (tensor<2xf32>) -> ()
  }, { ^(%b: tensor<2xf32>)
    return(%b) : (tensor<2xf32>) -> ()
  }) : (tensor<bool>, tensor<2xf32>) -> (tensor<2xf32>)
  return(%y) : (tensor<2xf32>) -> ()
})";

TEST_F(ControlFlowTest, IfTakesOneBranch) {
  RuntimeValue x = f32({2}, {1, 2});
  auto yes = runText(ifGraph, {boolean({}, {1}), x});
  ASSERT_TRUE(bool(yes)) << llvm::toString(yes.takeError());
  EXPECT_TRUE(bool(compare((*yes)[0], f32({2}, {-1, -2}))));
  auto no = runText(ifGraph, {boolean({}, {0}), x});
  ASSERT_TRUE(bool(no)) << llvm::toString(no.takeError());
  EXPECT_TRUE(bool(compare((*no)[0], x)));
}

// Doubles v while iteration + 1 < limit; the scan output collects v.
static constexpr llvm::StringLiteral loopGraph = R"(
graph @main(%trips: tensor<i64>, %cond: tensor<bool>, %v: tensor<f32>,
            %limit: tensor<i64>) -> ("v", "all") {
  %f, %all = onnx.Loop(%trips, %cond, %v, %limit) {num_captures = 1} ({
    ^(%i: tensor<i64>, %go: tensor<bool>, %w: tensor<f32>, %l: tensor<i64>)
    %d = onnx.Add(%w, %w) : (tensor<f32>, tensor<f32>) -> (tensor<f32>)
    %one = onnx.Constant() {value = dense<tensor<i64>, [1]>}
        : () -> (tensor<i64>)
    %next = onnx.Add(%i, %one) : (tensor<i64>, tensor<i64>) -> (tensor<i64>)
    %more = onnx.Less(%next, %l) : (tensor<i64>, tensor<i64>) -> (tensor<bool>)
    return(%more, %d, %d) : (tensor<bool>, tensor<f32>, tensor<f32>) -> ()
  }) : (tensor<i64>, tensor<bool>, tensor<f32>, tensor<i64>)
      -> (tensor<f32>, tensor<?xf32>)
  return(%f, %all) : (tensor<f32>, tensor<?xf32>) -> ()
})";

TEST_F(ControlFlowTest, LoopEndsByTripCountOrCondition) {
  auto go = [&](int64_t trips, bool condition, int64_t limit) {
    auto results =
        runText(loopGraph, {i64({}, {trips}), boolean({}, {condition}),
                            f32({}, {1}), i64({}, {limit})});
    EXPECT_TRUE(bool(results)) << llvm::toString(results.takeError());
    return *results;
  };
  RuntimeValues byCount = go(3, true, 100);
  EXPECT_TRUE(bool(compare(byCount[0], f32({}, {8}))));
  EXPECT_TRUE(bool(compare(byCount[1], f32({3}, {2, 4, 8}))));
  RuntimeValues byCondition = go(100, true, 2);
  EXPECT_TRUE(bool(compare(byCondition[1], f32({2}, {2, 4}))));
  RuntimeValues never = go(3, false, 100);
  EXPECT_TRUE(bool(compare(never[0], f32({}, {1}))));
  EXPECT_TRUE(bool(compare(never[1], f32({0}, {}))));
}

TEST_F(ControlFlowTest, LoopsMayHaveATripCountAlone) {
  auto results = runText(R"(
graph @main(%n: tensor<i64>) -> ("all") {
  %all = onnx.Loop(%n) ({ ^(%i: tensor<i64>, %go: tensor<bool>)
    return(%go, %i) : (tensor<bool>, tensor<i64>) -> ()
  }) : (tensor<i64>) -> (tensor<?xi64>)
  return(%all) : (tensor<?xi64>) -> ()
})",
                         {i64({}, {2})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], i64({2}, {0, 1}))));
}

TEST_F(ControlFlowTest, LoopsMayDeclareVectorsOfOneElement) {
  auto results = runText(R"(
graph @main(%n: tensor<i64>) -> ("all") {
  %all = onnx.Loop(%n) ({ ^(%i: tensor<1xi64>, %go: tensor<1xbool>)
    return(%go, %i) : (tensor<1xbool>, tensor<1xi64>) -> ()
  }) : (tensor<i64>) -> (tensor<?x1xi64>)
  return(%all) : (tensor<?x1xi64>) -> ()
})",
                         {i64({}, {2})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], i64({2, 1}, {0, 1}))));
}

TEST_F(ControlFlowTest, ScanOutputsOfNoIterationHaveTheShapeOfTheirParts) {
  auto results = runText(R"(
module @m symbols {N = [1, 9]}
graph @main(%n: tensor<i64>, %x: tensor<[N]x5xf32>) -> ("all") {
  %all = onnx.Loop(%n, _, %x) {num_captures = 1} ({
    ^(%i: tensor<i64>, %go: tensor<bool>, %w: tensor<[N]x5xf32>)
    return(%go, %w) : (tensor<bool>, tensor<[N]x5xf32>) -> ()
  }) : (tensor<i64>, none, tensor<[N]x5xf32>) -> (tensor<?x[N]x5xf32>)
  return(%all) : (tensor<?x[N]x5xf32>) -> ()
})",
                         {i64({}, {0}), f32({1, 5}, {1, 2, 3, 4, 5})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], f32({0, 1, 5}, {}))));
}

TEST_F(ControlFlowTest, LoopsAreBounded) {
  RunOptions options;
  options.maxIterations = 10;
  auto results = runText(loopGraph,
                         {i64({}, {INT64_MAX}), boolean({}, {1}), f32({}, {1}),
                          i64({}, {INT64_MAX})},
                         options);
  ASSERT_FALSE(bool(results));
  EXPECT_NE(llvm::toString(results.takeError())
                .find("the run exceeds 10 loop iterations"),
            std::string::npos);
}

TEST_F(ControlFlowTest, PartsWithoutElementsCountAsMemory) {
  RunOptions options;
  options.byteLimit = 100000;
  auto results = runText(R"(
graph @main(%n: tensor<i64>, %x: tensor<0xf32>) -> ("all") {
  %all = onnx.Loop(%n, _, %x) {num_captures = 1} ({
    ^(%i: tensor<i64>, %go: tensor<bool>, %w: tensor<0xf32>)
    return(%go, %w) : (tensor<bool>, tensor<0xf32>) -> ()
  }) : (tensor<i64>, none, tensor<0xf32>) -> (tensor<?x0xf32>)
  return(%all) : (tensor<?x0xf32>) -> ()
})",
                         {i64({}, {INT64_MAX}), f32({0}, {})}, options);
  ASSERT_FALSE(bool(results));
  EXPECT_NE(llvm::toString(results.takeError())
                .find("parts exceed the limit of memory"),
            std::string::npos);
}

TEST_F(ControlFlowTest, ScanSums) {
  auto results = runText(R"(
graph @main(%s: tensor<2xf32>, %x: tensor<3x2xf32>) -> ("s", "all") {
  %f, %all = onnx.Scan(%s, %x) {num_scan_inputs = 1,
      scan_input_directions = [1]} ({
    ^(%a: tensor<2xf32>, %b: tensor<2xf32>)
    %c = onnx.Add(%a, %b) : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>)
    return(%c, %c) : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>, tensor<3x2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>)
  return(%f, %all) : (tensor<2xf32>, tensor<3x2xf32>) -> ()
})",
                         {f32({2}, {0, 0}), f32({3, 2}, {1, 2, 3, 4, 5, 6})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], f32({2}, {9, 12}))));
  EXPECT_TRUE(bool(compare((*results)[1], f32({3, 2}, {5, 6, 8, 10, 9, 12}))));
}

TEST_F(ControlFlowTest, Sequences) {
  auto results = runText(R"(
graph @main(%x: tensor<1xf32>, %p: tensor<i64>) -> ("y", "n", "j") {
  %s = onnx.SequenceConstruct(%x, %x) : (tensor<1xf32>, tensor<1xf32>)
      -> (sequence<tensor<1xf32>>)
  %m = onnx.Neg(%x) : (tensor<1xf32>) -> (tensor<1xf32>)
  %t = onnx.SequenceInsert(%s, %m, %p)
      : (sequence<tensor<1xf32>>, tensor<1xf32>, tensor<i64>)
      -> (sequence<tensor<1xf32>>)
  %y = onnx.SequenceAt(%t, %p) : (sequence<tensor<1xf32>>, tensor<i64>)
      -> (tensor<1xf32>)
  %n = onnx.SequenceLength(%t) : (sequence<tensor<1xf32>>) -> (tensor<i64>)
  %j = onnx.ConcatFromSequence(%t) {axis = 0} : (sequence<tensor<1xf32>>)
      -> (tensor<?xf32>)
  return(%y, %n, %j) : (tensor<1xf32>, tensor<i64>, tensor<?xf32>) -> ()
})",
                         {f32({1}, {7}), i64({}, {-2})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], f32({1}, {7}))));
  EXPECT_TRUE(bool(compare((*results)[1], i64({}, {3}))));
  EXPECT_TRUE(bool(compare((*results)[2], f32({3}, {-7, 7, 7}))));
}
