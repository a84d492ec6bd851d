//===- ControlFlowTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/ControlFlow.h"
#include "InferFixture.h"

using namespace onnc;

using OpsControlFlowTest = InferFixture;

TEST_F(OpsControlFlowTest, IfJoinsItsBranches) {
  EXPECT_EQ(inferModule(R"(
    graph @main(%c: tensor<bool>, %x: tensor<2x3xf32>) -> ("y") {
      %y = onnx.If(%c, %x) ({ ^(%a: tensor<*xf32>)
        %r = onnx.Relu(%a) : (tensor<*xf32>) -> tensor<*xf32>
        return(%r) : (tensor<*xf32>) -> ()
      }, { ^(%a: tensor<*xf32>)
        %r = onnx.Concat(%a, %a) {axis = 1}
            : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
        return(%r) : (tensor<*xf32>) -> ()
      }) : (tensor<bool>, tensor<2x3xf32>) -> tensor<*xf32>
      return(%y) : (tensor<*xf32>) -> ()
    })"),
            "tensor<2x?xf32>");
}

TEST_F(OpsControlFlowTest, IfNeedsAnArgumentPerCapture) {
  EXPECT_EQ(inferModule(R"(
    graph @main(%c: tensor<bool>, %x: tensor<2xf32>) -> ("y") {
      %y = onnx.If(%c, %x) ({ ^(%a: tensor<2xf32>)
        return(%a) : (tensor<2xf32>) -> ()
      }, {
        %r = onnx.Constant() {value = splat<tensor<2xf32>, 1.0>}
            : () -> tensor<2xf32>
        return(%r) : (tensor<2xf32>) -> ()
      }) : (tensor<bool>, tensor<2xf32>) -> tensor<2xf32>
      return(%y) : (tensor<2xf32>) -> ()
    })"),
            "error: 'onnx.If' captures 1 values, but 'else_branch' has 0 "
            "arguments");
}

/// A loop over %m iterations that carries %a and collects it, with \p body
/// computing %r from %a and the captured %w.
static std::string loop(llvm::StringRef body, llvm::StringRef inner = "*",
                        llvm::StringRef condition = "%k") {
  return (R"(
    graph @main(%x: tensor<2x3xf32>, %w: tensor<2x3xf32>) -> ("y", "s") {
      %m = onnx.Constant() {value = dense<tensor<i64>, [5]>} : () -> tensor<i64>
      %y, %s = onnx.Loop(%m, _, %x, %w) {num_captures = 1} (
          { ^(%i: tensor<i64>, %c: tensor<bool>, %a: tensor<)" +
          inner + R"(xf32>, %w: tensor<*xf32>)
        %k = onnx.Identity(%c) : (tensor<bool>) -> tensor<bool>
        %u = onnx.IsNaN(%a) : (tensor<)" +
          inner + R"(xf32>) -> tensor<*xbool>
        %n = onnx.Constant() {value = dense<tensor<bool>, [false]>}
            : () -> tensor<bool>
        )" +
          body +
          R"(
        return()" +
          condition + R"(, %r, %a)
            : (tensor<bool>, tensor<*xf32>, tensor<)" +
          inner + R"(xf32>) -> ()
      }) : (tensor<i64>, none, tensor<2x3xf32>, tensor<2x3xf32>)
          -> (tensor<*xf32>, tensor<*xf32>)
      return(%y, %s) : (tensor<*xf32>, tensor<*xf32>) -> ()
    })")
      .str();
}

TEST_F(OpsControlFlowTest, LoopKeepsShapesThatItsBodyKeeps) {
  std::string body = "%r = onnx.Add(%a, %w) "
                     ": (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>";
  EXPECT_EQ(inferModule(loop(body)), "tensor<2x3xf32> tensor<5x2x3xf32>");
  // The condition may end it before its fifth iteration.
  EXPECT_EQ(inferModule(loop(body, "*", "%n")),
            "tensor<2x3xf32> tensor<?x2x3xf32>");
}

TEST_F(OpsControlFlowTest, LoopWidensShapesThatItsBodyChanges) {
  EXPECT_EQ(inferModule(loop("%r = onnx.Concat(%a, %w) {axis = 0} : "
                             "(tensor<*xf32>, tensor<*xf32>) -> "
                             "tensor<*xf32>")),
            "tensor<?x3xf32> tensor<5x?x3xf32>");
  EXPECT_EQ(inferModule(
                loop("%z = onnx.Constant() {value = dense<tensor<1xi64>, [0]>} "
                     ": () -> tensor<1xi64>\n"
                     "%r = onnx.Unsqueeze(%a, %z) "
                     ": (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>")),
            "tensor<*xf32> tensor<*xf32>");
}

TEST_F(OpsControlFlowTest, WhatTheBodyDeclaresStands) {
  EXPECT_EQ(inferModule(loop("%q = onnx.Shape(%a) : (tensor<2x3xf32>) -> "
                             "tensor<*xi64>\n"
                             "%p = onnx.Cast(%i) {to = 7} : (tensor<i64>) -> "
                             "tensor<i64>\n"
                             "%g = onnx.Mul(%q, %p) : (tensor<*xi64>, "
                             "tensor<i64>) -> tensor<*xi64>\n"
                             "%r = onnx.Reshape(%a, %g) : (tensor<2x3xf32>, "
                             "tensor<*xi64>) -> tensor<*xf32>",
                             "2x3")),
            "tensor<2x3xf32> tensor<5x2x3xf32>");
  EXPECT_EQ(
      inferModule(loop("%r = onnx.Add(%a, %w) "
                       ": (tensor<4xf32>, tensor<*xf32>) -> tensor<*xf32>",
                       "4")),
      "error: 'onnx.Loop' hands a value of type tensor<2x3xf32> to its body's "
      "argument 2 of type tensor<4xf32>");
}

TEST_F(OpsControlFlowTest, LoopWhoseBodyHasOtherParts) {
  std::string text = loop("%r = onnx.Relu(%a) "
                          ": (tensor<*xf32>) -> tensor<*xf32>");
  auto swap = [](std::string s, llvm::StringRef from, llvm::StringRef to) {
    return s.replace(s.find(from.str()), from.size(), to.str());
  };
  EXPECT_EQ(inferModule(swap(text, "num_captures = 1", "num_captures = 3")),
            "error: 'onnx.Loop' 'num_captures' is 3 for 2 operands");
  EXPECT_EQ(inferModule(swap(text, "num_captures = 1", "num_captures = -1")),
            "error: 'onnx.Loop' 'num_captures' is -1 for 2 operands");
}

TEST_F(OpsControlFlowTest, Scan) {
  auto scan = [](llvm::StringRef attrs) {
    return (R"(
    graph @main(%h: tensor<2xf32>, %x: tensor<[T]x2xf32>) -> ("y", "s") {
      %y, %s = onnx.Scan(%h, %x) {num_scan_inputs = 1)" +
            attrs + R"(} ({ ^(%a: tensor<*xf32>, %b: tensor<*xf32>)
        %r = onnx.Add(%a, %b)
            : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
        return(%r, %r) : (tensor<*xf32>, tensor<*xf32>) -> ()
      }) : (tensor<2xf32>, tensor<[T]x2xf32>)
          -> (tensor<*xf32>, tensor<*xf32>)
      return(%y, %s) : (tensor<*xf32>, tensor<*xf32>) -> ()
    })")
        .str();
  };
  EXPECT_EQ(inferModule(scan("")), "tensor<2xf32> tensor<[T]x2xf32>");
  EXPECT_EQ(inferModule(scan(", scan_output_axes = [-1]")),
            "tensor<2xf32> tensor<2x[T]xf32>");
  EXPECT_EQ(inferModule(scan(", scan_output_axes = [2]")),
            "error: 'onnx.Scan' 'scan_output_axes' is 2, out of range for "
            "rank 2");
  EXPECT_EQ(inferModule(scan(", scan_input_directions = [0, 1]")),
            "error: 'onnx.Scan' has 2 entries in 'scan_input_directions', but "
            "needs 1");
  EXPECT_EQ(inferModule(scan(", scan_input_axes = [1]")),
            "tensor<2xf32> tensor<2x2xf32>");
}

TEST_F(OpsControlFlowTest, DeepNestsOfLoopsEnd) {
  // Every level carries a value whose shape its body changes.
  std::string text = "%r0 = onnx.Concat(%a, %a) {axis = 0} : (tensor<*xf32>, "
                     "tensor<*xf32>) -> tensor<*xf32>\n";
  for (unsigned i = 1; i <= 24; ++i) {
    std::string in = "%r" + std::to_string(i - 1);
    std::string out = "%r" + std::to_string(i);
    text = "%m = onnx.Constant() {value = dense<tensor<i64>, [2]>} : () -> "
           "tensor<i64>\n" +
           out +
           " = onnx.Loop(%m, _, %a) ({ ^(%i: tensor<i64>, %c: tensor<bool>, "
           "%a: tensor<*xf32>)\n" +
           text + "return(%c, " + in +
           ") : (tensor<bool>, tensor<*xf32>) -> ()\n}) : (tensor<i64>, none, "
           "tensor<*xf32>) -> tensor<*xf32>\n";
  }
  EXPECT_EQ(inferModule("graph @main(%x: tensor<3xf32>) -> (\"y\") {\n%a = "
                        "onnx.Relu(%x) : (tensor<3xf32>) -> tensor<*xf32>\n" +
                        text + "return(%r24) : (tensor<*xf32>) -> ()\n}"),
            "tensor<*xf32>");
}
