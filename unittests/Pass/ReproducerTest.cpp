//===- ReproducerTest.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Reproducer.h"
#include "gtest/gtest.h"

using namespace onnc;

TEST(ReproducerTest, CommentsRoundTrip) {
  Reproducer out;
  out.reason = "pass 'a' crashed";
  out.passes = "a{text=\"x: y\"},b";
  out.knobs = {"a.rows=1", "b.depth=all"};
  out.verifyAnalyses = true;
  auto in = Reproducer::parse(out.str() + "module @m\n");
  ASSERT_TRUE(in);
  EXPECT_EQ(in->reason, out.reason);
  EXPECT_EQ(in->passes, out.passes);
  EXPECT_EQ(in->knobs, out.knobs);
  EXPECT_FALSE(in->verifyEach);
  EXPECT_TRUE(in->verifyAnalyses);
}

TEST(ReproducerTest, OtherFilesAreNone) {
  EXPECT_FALSE(Reproducer::parse(""));
  EXPECT_FALSE(Reproducer::parse("module @m\n"));
  EXPECT_FALSE(Reproducer::parse("// onnc-reproducer 2\n"));
}
