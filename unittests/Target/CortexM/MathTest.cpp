//===- MathTest.cpp - Functions of generated code, against doubles --------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The bounds that stand at the functions in Helpers.cpp: the interpreter
/// computes in double and rounds once.
///
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"
#include "gtest/gtest.h"

using namespace onnc;

namespace {
struct Function {
  const char *op;
  double low, high;
  /// Units in the last place: of a number just below a power of two.
  int units;
  /// Where results are close to 0.
  double absolute = 0;
};
class CortexMMath : public testing::TestWithParam<Function> {};
} // namespace

static void check(const Function &f, llvm::StringRef quadruple, bool onBoard,
                  int64_t count) {
  CortexMGraph g(7);
  Value *x = g.input(ElementType::F32, {count}, f.low, f.high);
  g.check({g.make(f.op, {x})}, {f.absolute, f.units * 0x1p-23}, quadruple,
          onBoard);
}

TEST_P(CortexMMath, IsWithinItsBound) {
  check(GetParam(), "cortex-m4", /*onBoard=*/false, 200000);
}

INSTANTIATE_TEST_SUITE_P(
    Functions, CortexMMath,
    testing::Values(Function{"Exp", -87, 88, 2}, Function{"Exp", -1, 1, 2},
                    Function{"Log", 0, 4, 2}, Function{"Log", 1e-3, 1e30, 2},
                    Function{"Tanh", -10, 10, 3},
                    Function{"Tanh", -0.7, 0.7, 3},
                    Function{"Sigmoid", -80, 80, 4},
                    Function{"Sigmoid", -2, 2, 4}, Function{"Erf", -5, 5, 4},
                    Function{"Erf", -1, 1, 4}, Function{"Sqrt", 0, 1e30, 0},
                    Function{"Sqrt", 0, 4, 0}, Function{"Floor", -1e7, 1e7, 0},
                    Function{"Ceil", -9, 9, 0}, Function{"Round", -9, 9, 0},
                    Function{"Round", -1e7, 1e7, 0}),
    [](const auto &info) {
      return info.param.op + std::to_string(info.index);
    });
