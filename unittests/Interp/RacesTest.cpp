//===- RacesTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tile/Races.h"
#include "InterpFixture.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {

struct Access {
  IterationId by;
  bool isWrite;
};

/// Runs random nests of ForAlls over one element, and looks at all earlier
/// accesses where the log keeps three.
class RacesTest : public InterpFixture {
protected:
  bool chance(unsigned percent) { return random() % 100 < percent; }

  void access(IterationId by) {
    const bool isWrite = chance(15);
    bool conflicts = false;
    for (const Access &earlier : accesses)
      conflicts |=
          (isWrite || earlier.isWrite) && tree.areParallel(earlier.by, by);
    IterationId found =
        isWrite ? log.write(0, by, tree) : log.read(0, by, tree);
    EXPECT_EQ(found != IterationTree::none, conflicts);
    // A program ends at its first conflict.
    ended |= conflicts;
    accesses.push_back({by, isWrite});
  }

  void runLoop(IterationId parent, unsigned depth) {
    const int32_t run = tree.startLoop();
    for (int64_t i = 0, n = 1 + random() % 3; i < n && !ended; ++i) {
      IterationId iteration = tree.enter(parent, run, *loop, {i});
      runBody(iteration, depth);
    }
  }

  void runBody(IterationId iteration, unsigned depth) {
    for (unsigned i = 0; i < 2 && !ended; ++i)
      if (depth < 3 && chance(60))
        runLoop(iteration, depth + 1);
      else if (chance(50))
        access(iteration);
  }

  std::mt19937 random;
  const Operation *loop = nullptr;
  IterationTree tree;
  AccessLog log{1};
  std::vector<Access> accesses;
  bool ended = false;
};

} // namespace

TEST_F(RacesTest, ThreeAccessesStandForAll) {
  auto module = parse("graph @main() -> () { return() : () -> () }");
  ASSERT_TRUE(module);
  loop = module->getMain()->getBody().getTerminator();
  unsigned races = 0;
  for (unsigned seed = 0; seed < 20000 && !HasFailure(); ++seed) {
    random.seed(seed);
    tree = IterationTree();
    log = AccessLog(1);
    accesses.clear();
    ended = false;
    runBody(IterationTree::root, 0);
    races += ended;
  }
  // Both kinds of programs were there.
  EXPECT_GT(races, 1000u);
  EXPECT_LT(races, 15000u);
}
