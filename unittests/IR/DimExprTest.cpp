//===- DimExprTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/DimExpr.h"
#include "onnc/IR/Context.h"
#include <gtest/gtest.h>

using namespace onnc;

namespace {
class DimExprTest : public testing::Test {
protected:
  Context context;
  DimExpr n = DimExpr::symbol(context, "N");
  DimExpr h = DimExpr::symbol(context, "H");
  DimExpr c(int64_t v) { return DimExpr::constant(context, v); }
};
} // namespace

TEST_F(DimExprTest, EqualExpressionsAreOne) {
  EXPECT_EQ(n + h, h + n);
  EXPECT_EQ((n + 1) * (n - 1), n * n - 1);
  EXPECT_EQ(n * 2 - n - n, c(0));
  EXPECT_NE(n, h);
}

TEST_F(DimExprTest, Prints) {
  EXPECT_EQ((n * 2 + h.floorDiv(2) - 3).str(), "2*N + floordiv(H, 2) - 3");
  EXPECT_EQ(c(0).str(), "0");
  EXPECT_EQ((c(0) - n).str(), "-N");
  EXPECT_EQ(DimExpr::symbol(context, "batch size").str(), "\"batch size\"");
  EXPECT_EQ(DimExpr::unknown(context).str(), "?");
}

TEST_F(DimExprTest, DividesWhatItCan) {
  EXPECT_EQ((n * 6).floorDiv(3), n * 2);
  EXPECT_EQ((n * h * 4).floorDiv(h * 2), n * 2);
  EXPECT_EQ((n * 4 + 7).floorDiv(2), n * 2 + 3);
  EXPECT_EQ((n * 4 - 1).floorDiv(2), n * 2 - 1);
  EXPECT_EQ(c(-7).floorDiv(2), c(-4));
  EXPECT_EQ((n + 2).ceilDiv(2), (n + 1).floorDiv(2) + 1);
  EXPECT_TRUE(n.floorDiv(0).isUnknown());
}

TEST_F(DimExprTest, OverflowIsUnknown) {
  EXPECT_TRUE((c(INT64_MAX) + 1).isUnknown());
  EXPECT_TRUE((n * INT64_MAX * 2).isUnknown());
  EXPECT_TRUE(c(INT64_MIN).floorDiv(-1).isUnknown());
  EXPECT_EQ(DimExpr::unknown(context) * 0, c(0));
}

TEST_F(DimExprTest, WhatGrowsWithoutEndIsUnknown) {
  // A chain of poolings, and one whose text doubles with each step.
  DimExpr chain = n, doubling = n;
  for (int i = 0; i != 10000; ++i)
    chain = (chain + 1).floorDiv(2);
  EXPECT_TRUE(chain.isUnknown());
  for (int i = 0; i != 64; ++i)
    doubling = (doubling * doubling + 1).floorDiv(doubling + h);
  EXPECT_TRUE(doubling.isUnknown());
  EXPECT_FALSE((n + 1).floorDiv(2).floorDiv(3).isUnknown());
}

TEST_F(DimExprTest, EvaluatesAndSubstitutes) {
  llvm::StringMap<int64_t> values{{"N", 3}, {"H", 7}};
  EXPECT_EQ((n * 2 + h.floorDiv(2)).evaluate(values), 9);
  EXPECT_EQ((n + DimExpr::symbol(context, "W")).evaluate(values), std::nullopt);
  EXPECT_EQ(n.floorDiv(h).evaluate({{"N", 3}, {"H", 0}}), std::nullopt);
}

TEST_F(DimExprTest, RangesHoldEveryValue) {
  SymbolRanges ranges;
  ranges["N"] = {1, 8};
  ranges["H"] = {3, 9};
  DimExpr e = n * h - h.floorDiv(2) + n.floorDiv(h);
  DimRange range = e.getRange(ranges);
  for (int64_t vn = 1; vn <= 8; ++vn)
    for (int64_t vh = 3; vh <= 9; ++vh) {
      int64_t value = *e.evaluate({{"N", vn}, {"H", vh}});
      EXPECT_LE(range.lo, value);
      EXPECT_GE(range.hi, value);
    }
  EXPECT_FALSE(DimExpr::symbol(context, "W").getRange(ranges).isBounded());
}
