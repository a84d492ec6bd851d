//===- KnobsTest.cpp ------------------------------------------------------===//
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

constexpr KnobInfo rows = {"rows", "", 4, 64, 4, 64, TightenDirection::Down,
                           {}};
constexpr KnobInfo depth = {"depth", "", 0, 10, 5, 0, TightenDirection::Up, {}};

struct KnobsTest : ::testing::Test {
  PassInfo info = makeInfo("tile");
  KnobSettings knobs;

  /// The value after a hint, or the error's text.
  std::string tighten(const KnobInfo &knob, std::optional<int64_t> limit) {
    auto value = knobs.tighten(info, knob, {"tile", knob.name.str(), limit});
    return value ? std::to_string(*value) : toString(value.takeError());
  }
};

TEST_F(KnobsTest, DefaultsUntilSet) {
  EXPECT_EQ(knobs.get(info, rows), 64);
  EXPECT_FALSE(knobs.isSet("tile", "rows"));
  knobs.set("tile", rows, 8);
  EXPECT_EQ(knobs.get(info, rows), 8);
  EXPECT_TRUE(knobs.isSet("tile", "rows"));
}

TEST_F(KnobsTest, HintsMoveToTheStricterStep) {
  EXPECT_EQ(tighten(rows, 63), "60");
  EXPECT_EQ(tighten(rows, 60 - 1), "56");
  EXPECT_EQ(tighten(rows, std::nullopt), "52");
  EXPECT_EQ(tighten(rows, 4), "4");
  EXPECT_EQ(tighten(depth, 1), "5");
  EXPECT_EQ(tighten(depth, 10), "10");
}

TEST_F(KnobsTest, HintsThatDoNotTightenFailAndChangeNothing) {
  knobs.set("tile", rows, 32);
  EXPECT_EQ(tighten(rows, 32),
            "the hint leaves knob 'tile.rows' at 32: it isn't tighter");
  EXPECT_EQ(tighten(rows, 33),
            "the hint leaves knob 'tile.rows' at 32: it isn't tighter");
  EXPECT_EQ(tighten(rows, 3),
            "knob 'tile.rows' would have to go to 3, outside 4, 8 … 64");
  EXPECT_EQ(knobs.get(info, rows), 32);
  knobs.set("tile", depth, 10);
  EXPECT_EQ(tighten(depth, std::nullopt),
            "knob 'tile.depth' is already at its highest value, 10");
}

TEST_F(KnobsTest, TighteningEnds) {
  unsigned steps = 0;
  while (true) {
    auto value = knobs.tighten(info, rows, KnobHint::oneStep("tile", "rows"));
    if (!value) {
      consumeError(value.takeError());
      break;
    }
    ++steps;
  }
  EXPECT_EQ(steps, 15u);
  EXPECT_EQ(knobs.get(info, rows), 4);
}

TEST(KnobInfoTest, Domains) {
  EXPECT_EQ(rows.domainStr(), "4, 8 … 64");
  EXPECT_EQ(depth.domainStr(), "0, 5, 10");
  EXPECT_TRUE(rows.contains(8));
  EXPECT_FALSE(rows.contains(9));
  EXPECT_FALSE(rows.contains(68));
  EXPECT_EQ(cantFail(depth.parse("5")), 5);
  EXPECT_EQ(toString(depth.parse("4").takeError()),
            "expected 0, 5, 10, got '4'");
}

} // namespace
