//===- PatternDriverTest.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/PatternDriver.h"
#include "PassRunner.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include <gtest/gtest.h>

using namespace onnc;

namespace {

class PatternDriverTest : public testing::Test {
protected:
  PatternDriverTest() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      llvm::raw_string_ostream os(messages);
      diag.print(os);
    });
  }

  std::unique_ptr<Module> parse(llvm::StringRef body) {
    return parseModule(context,
                       ("graph @main(%x: tensor<4xf32>) -> (\"y\") {\n" + body +
                        "return(%y) : (tensor<4xf32>) -> () }")
                           .str(),
                       "t.onncir");
  }

  LogicalResult apply(Module &module, llvm::ArrayRef<Pattern> table) {
    PatternSet patterns(context);
    patterns.add(table);
    return applyPatterns(module, patterns, counts);
  }

  Context context;
  std::string messages;
  RewriteCounts counts;
};

template <const char *Name>
LogicalResult become(Operation *op, Rewriter &rewriter) {
  return rewriter.replace(op,
                          rewriter.createInferred(Name, {op->getOperand(0)}));
}

constexpr char neg[] = "onnx.Neg", abs_[] = "onnx.Abs", relu[] = "onnx.Relu";

LogicalResult dropDoubleNeg(Operation *op, Rewriter &rewriter) {
  Operation *inner = op->getOperand(0)->getDefiningOp();
  if (!inner || inner->getName() != neg)
    return failure();
  return rewriter.replace(op, inner->getOperand(0));
}

/// Builds before it finds out that it doesn't want to.
LogicalResult buildAndFail(Operation *op, Rewriter &rewriter) {
  Operation *made = rewriter.createInferred(abs_, {op->getOperand(0)});
  rewriter.createInferred(neg, {made->getResult()});
  return failure();
}

LogicalResult complain(Operation *op, Rewriter &) {
  return op->emitError(DiagID::PassFailed) << "isn't to a pattern's taste";
}

constexpr char negOfFour[] =
    "%a = onnx.Neg(%x) : (tensor<4xf32>) -> tensor<4xf32>\n"
    "%b = onnx.Neg(%a) : (tensor<4xf32>) -> tensor<4xf32>\n"
    "%c = onnx.Neg(%b) : (tensor<4xf32>) -> tensor<4xf32>\n"
    "%y = onnx.Neg(%c) : (tensor<4xf32>) -> tensor<4xf32>\n";

} // namespace

TEST_F(PatternDriverTest, ReachesAFixpointAndCleansUp) {
  auto module = parse(negOfFour);
  ASSERT_TRUE(module);
  static constexpr Pattern table[] = {
      {"double-neg", "onnx.Neg", dropDoubleNeg}};
  ASSERT_TRUE(succeeded(apply(*module, table)));
  EXPECT_EQ(countOperations(*module, neg), 0u);
  EXPECT_EQ(counts.applied + counts.removed, 4u);
}

TEST_F(PatternDriverTest, OffersWhatPatternsMade) {
  auto module = parse("%y = onnx.Neg(%x) : (tensor<4xf32>) -> tensor<4xf32>\n");
  static constexpr Pattern table[] = {{"abs", "onnx.Abs", become<relu>},
                                      {"neg", "onnx.Neg", become<abs_>}};
  ASSERT_TRUE(succeeded(apply(*module, table)));
  EXPECT_EQ(countOperations(*module, relu), 1u);
  EXPECT_EQ(counts.applied, 2u);
  // The name and the place in the model survive.
  EXPECT_NE(toText(*module).find("%y = onnx.Relu(%x)"), std::string::npos);
}

TEST_F(PatternDriverTest, DeadCodeThatWasThereStays) {
  auto module = parse("%d = onnx.Abs(%x) : (tensor<4xf32>) -> tensor<4xf32>\n"
                      "%y = onnx.Neg(%x) : (tensor<4xf32>) -> tensor<4xf32>\n");
  static constexpr Pattern table[] = {{"neg", "onnx.Neg", become<relu>}};
  ASSERT_TRUE(succeeded(apply(*module, table)));
  EXPECT_EQ(countOperations(*module, abs_), 1u);
}

TEST_F(PatternDriverTest, PatternsThatFailLeaveNothingBehind) {
  auto module = parse(negOfFour);
  std::string before = toText(*module);
  static constexpr Pattern table[] = {{"fickle", "onnx.Neg", buildAndFail}};
  ASSERT_TRUE(succeeded(apply(*module, table)));
  EXPECT_EQ(toText(*module), before);
  EXPECT_FALSE(counts.any());
}

TEST_F(PatternDriverTest, PatternsThatUndoEachOtherAreAnError) {
  auto module = parse(negOfFour);
  static constexpr Pattern table[] = {{"abs", "onnx.Abs", become<neg>},
                                      {"neg", "onnx.Neg", become<abs_>}};
  EXPECT_TRUE(failed(apply(*module, table)));
  EXPECT_NE(messages.find("patterns undo each other"), std::string::npos)
      << messages;
}

TEST_F(PatternDriverTest, AnErrorEndsIt) {
  auto module = parse(negOfFour);
  static constexpr Pattern table[] = {{"critic", "onnx.Neg", complain},
                                      {"neg", "onnx.Neg", become<abs_>}};
  EXPECT_TRUE(failed(apply(*module, table)));
  EXPECT_EQ(counts.applied, 0u);
  EXPECT_NE(messages.find("t.onncir:2:"), std::string::npos) << messages;
}

TEST_F(PatternDriverTest, TypesAreNotForgotten) {
  auto module = parse("%a = onnx.Neg(%x) : (tensor<4xf32>) -> tensor<?xf32>\n"
                      "%y = onnx.Neg(%a) : (tensor<?xf32>) -> tensor<4xf32>\n");
  ASSERT_TRUE(module) << messages;
  // Its operand has an unknown size, its result keeps the known one.
  static constexpr Pattern table[] = {{"neg", "onnx.Neg", become<relu>}};
  ASSERT_TRUE(succeeded(apply(*module, table)));
  EXPECT_NE(toText(*module).find("-> tensor<4xf32>"), std::string::npos);
}
