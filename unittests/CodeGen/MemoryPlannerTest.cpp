//===- MemoryPlannerTest.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemoryPlanner.h"
#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemoryProblemFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <cstdlib>
#include <random>

using namespace llvm;
using namespace onnc;

static Buffer makeBuffer(int64_t lower, int64_t upper, int64_t size,
                         int64_t alignment = 1) {
  Buffer buffer;
  buffer.id = "b" + utostr(lower) + "-" + utostr(size);
  buffer.lifespan = {lower, upper};
  buffer.size = size;
  buffer.alignment = alignment;
  return buffer;
}

static std::string message(Error error) {
  return error ? toString(std::move(error)) : "success";
}

//===----------------------------------------------------------------------===//
// Small problems
//===----------------------------------------------------------------------===//

TEST(MemoryPlannerTest, NothingToPlan) {
  MemoryPlan plan = planMemory({});
  EXPECT_EQ(plan.peak, 0);
  EXPECT_EQ(plan.lowerBound, 0);
  EXPECT_TRUE(plan.offsets.empty());
}

TEST(MemoryPlannerTest, SharesWhatIsApartInTime) {
  MemoryProblem problem{
      {makeBuffer(0, 2, 10), makeBuffer(2, 4, 10), makeBuffer(1, 3, 5)}};
  MemoryPlan plan = planMemory(problem);
  EXPECT_EQ(message(validatePlan(problem, plan)), "success");
  EXPECT_EQ(plan.offsets[0], plan.offsets[1]);
  EXPECT_EQ(plan.peak, 15);
  EXPECT_TRUE(plan.isOptimal());
}

TEST(MemoryPlannerTest, KeepsFixedOffsets) {
  MemoryProblem problem{{makeBuffer(0, 4, 8), makeBuffer(0, 4, 8)}};
  problem.buffers[1].fixedOffset = 4;
  MemoryPlan plan = planMemory(problem);
  EXPECT_EQ(message(validatePlan(problem, plan)), "success");
  EXPECT_EQ(plan.offsets[1], 4);
  EXPECT_EQ(plan.offsets[0], 12);
}

TEST(MemoryPlannerTest, AlignmentCountsInTheBound) {
  // One of the two is padded to 64 bytes whatever the order.
  MemoryProblem problem{{makeBuffer(0, 1, 10, 64), makeBuffer(0, 1, 20, 64)}};
  EXPECT_EQ(computeLowerBound(problem), 74);
  MemoryPlan plan = planMemory(problem);
  EXPECT_EQ(message(validatePlan(problem, plan)), "success");
  EXPECT_LE(plan.peak, 84);
}

TEST(MemoryPlannerTest, IndependentPartsArePlannedApart) {
  // The planner takes what is best for each part.
  MemoryProblem problem;
  for (int64_t t = 0; t < 40; t += 4) {
    problem.buffers.push_back(makeBuffer(t, t + 2, 3));
    problem.buffers.push_back(makeBuffer(t + 1, t + 3, 4 + t));
    problem.buffers.push_back(makeBuffer(t + 2, t + 4, 3));
  }
  MemoryPlan plan = planMemory(problem);
  EXPECT_EQ(message(validatePlan(problem, plan)), "success");
  EXPECT_EQ(plan.peak, 43);
  EXPECT_EQ(findBusiestPoint(problem), 37);
}

TEST(MemoryPlannerTest, UnsoundProblems) {
  auto check = [](Buffer buffer) {
    return message(checkProblem({{std::move(buffer)}}));
  };
  EXPECT_EQ(check(makeBuffer(3, 3, 1)), "buffer 'b3-1' is never live");
  EXPECT_EQ(check(makeBuffer(0, 1, 4, 3)),
            "buffer 'b0-4' has an alignment that is no power of two");
  EXPECT_EQ(check(makeBuffer(0, 1, INT64_MAX)),
            "the buffers take more than 2^61 bytes");
  Buffer negative = makeBuffer(0, 1, 1);
  negative.size = -1;
  EXPECT_EQ(check(negative), "buffer 'b0-1' has a negative size");
  Buffer misaligned = makeBuffer(0, 1, 4, 8);
  misaligned.fixedOffset = 4;
  EXPECT_EQ(check(misaligned),
            "buffer 'b0-4' has a fixed offset that isn't aligned");
  MemoryProblem both{{makeBuffer(0, 2, 4), makeBuffer(1, 3, 4)}};
  both.buffers[0].fixedOffset = 0;
  both.buffers[1].fixedOffset = 3;
  EXPECT_EQ(message(checkProblem(both)),
            "the fixed buffers 'b0-4' and 'b1-4' overlap");
}

//===----------------------------------------------------------------------===//
// Properties, on random problems
//===----------------------------------------------------------------------===//

static MemoryProblem makeRandomProblem(unsigned seed) {
  // Only the engine's own output is the same everywhere.
  std::mt19937 engine(seed);
  auto pick = [&](int64_t from, int64_t to) {
    return from + static_cast<int64_t>(engine() % (to - from + 1));
  };
  MemoryProblem problem;
  int64_t horizon = pick(1, 60);
  for (int64_t i = 0, n = pick(1, 60); i != n; ++i) {
    int64_t lower = pick(0, horizon);
    problem.buffers.push_back(makeBuffer(
        lower, lower + pick(1, 20), pick(0, 300), int64_t(1) << pick(0, 6)));
  }
  // Fixed buffers that surely don't collide.
  int64_t offset = 0;
  for (int64_t i = 0, n = pick(0, 3); i < n; ++i) {
    Buffer &buffer = problem.buffers[pick(0, problem.buffers.size() - 1)];
    if (buffer.fixedOffset)
      continue;
    offset =
        (offset + buffer.alignment - 1) / buffer.alignment * buffer.alignment;
    buffer.fixedOffset = offset;
    offset += buffer.size;
  }
  return problem;
}

TEST(MemoryPlannerTest, EveryStrategySolvesEveryProblem) {
  for (unsigned seed = 0; seed != 300; ++seed) {
    MemoryProblem problem = makeRandomProblem(seed);
    ASSERT_EQ(message(checkProblem(problem)), "success") << seed;
    MemoryPlan best = planMemory(problem);
    EXPECT_EQ(message(validatePlan(problem, best)), "success") << seed;
    EXPECT_GE(best.peak, best.lowerBound) << seed;
    for (StringRef strategy : getMemoryStrategies()) {
      MemoryPlan plan = planMemoryWith(strategy, problem);
      EXPECT_EQ(message(validatePlan(problem, plan)), "success")
          << seed << " " << strategy.str();
      EXPECT_LE(best.peak, plan.peak) << seed << " " << strategy.str();
    }
    EXPECT_EQ(planMemory(problem).offsets, best.offsets) << seed;
  }
}

TEST(MemoryPlannerTest, TheBoundHoldsForTheOptimum) {
  // Without lifespans that differ, stacking in any order is a plan; the best of
  // all orders is the optimum.
  for (unsigned seed = 0; seed != 50; ++seed) {
    std::mt19937 engine(seed);
    MemoryProblem problem;
    for (unsigned i = 0; i != 5; ++i)
      problem.buffers.push_back(
          makeBuffer(0, 1, engine() % 100, int64_t(1) << engine() % 5));
    std::vector<unsigned> order = {0, 1, 2, 3, 4};
    int64_t optimum = INT64_MAX;
    do {
      int64_t end = 0;
      for (unsigned i : order) {
        int64_t alignment = problem.buffers[i].alignment;
        end = (end + alignment - 1) / alignment * alignment +
              problem.buffers[i].size;
      }
      optimum = std::min(optimum, end);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_LE(computeLowerBound(problem), optimum) << seed;
  }
}

TEST(MemoryPlanValidatorTest, RejectsCorruptedPlans) {
  unsigned corrupted = 0;
  for (unsigned seed = 0; seed != 200; ++seed) {
    MemoryProblem problem = makeRandomProblem(seed);
    const MemoryPlan plan = planMemory(problem);
    // Puts a buffer onto another one that is live at the same time.
    for (size_t i = 0; i != problem.buffers.size(); ++i)
      for (size_t j = 0; j != i; ++j) {
        const Buffer &a = problem.buffers[i], &b = problem.buffers[j];
        if (!a.lifespan.overlaps(b.lifespan) || !a.size || !b.size)
          continue;
        MemoryPlan bad = plan;
        bad.offsets[i] = plan.offsets[j];
        EXPECT_NE(message(validatePlan(problem, bad)), "success") << seed;
        ++corrupted;
      }
  }
  EXPECT_GT(corrupted, 1000u);
}

TEST(MemoryPlanValidatorTest, NamesWhatIsWrong) {
  MemoryProblem problem{{makeBuffer(0, 2, 8, 4), makeBuffer(1, 3, 8, 4)}, 16};
  auto check = [&](std::vector<int64_t> offsets, int64_t peak,
                   int64_t lowerBound = 16) {
    return message(
        validatePlan(problem, {std::move(offsets), peak, lowerBound, ""}));
  };
  EXPECT_EQ(check({0, 8}, 16), "success");
  EXPECT_EQ(check({0}, 8), "the plan has 1 offsets for 2 buffers");
  EXPECT_EQ(check({0, 12}, 20),
            "buffer 'b1-8' at offset 12 isn't inside the memory of 16 bytes");
  EXPECT_EQ(check({-4, 8}, 16),
            "buffer 'b0-8' at offset -4 isn't inside the memory of 16 bytes");
  EXPECT_EQ(check({INT64_MAX - 3, 8}, 16),
            "buffer 'b0-8' at offset 9223372036854775804 isn't inside the "
            "memory of 16 bytes");
  EXPECT_EQ(check({0, 6}, 14), "buffer 'b1-8' at offset 6 isn't aligned to 4");
  EXPECT_EQ(check({0, 4}, 12),
            "buffer 'b1-8' at offset 4 overlaps buffer 'b0-8' at offset 0");
  EXPECT_EQ(check({0, 8}, 12), "the plan claims a peak of 12 bytes and has 16");
  EXPECT_EQ(check({0, 8}, 16, 20),
            "the plan's peak of 16 bytes is below its lower bound of 20");
  problem.buffers[0].fixedOffset = 4;
  EXPECT_EQ(check({0, 8}, 16), "buffer 'b0-8' at offset 0 is fixed at 4");
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

TEST(MemoryProblemFileTest, RoundTrip) {
  auto problem = readMemoryProblem("size,id,upper,lower,offset\n"
                                   "8,first,3,0,\n"
                                   "4,second,5,2,16\r\n",
                                   "in.csv");
  ASSERT_TRUE(bool(problem)) << message(problem.takeError());
  ASSERT_EQ(problem->buffers.size(), 2u);
  EXPECT_EQ(problem->buffers[0].lifespan, (Lifespan{0, 3}));
  EXPECT_EQ(problem->buffers[0].fixedOffset, std::nullopt);
  EXPECT_EQ(problem->buffers[1].fixedOffset, 16);
  std::string text;
  raw_string_ostream os(text);
  writeMemoryPlan(*problem, planMemory(*problem), os);
  EXPECT_EQ(text, "id,lower,upper,size,offset\n"
                  "first,0,3,8,0\n"
                  "second,2,5,4,16\n");
}

TEST(MemoryProblemFileTest, Errors) {
  auto read = [](StringRef text) {
    return message(readMemoryProblem(text, "in.csv").takeError());
  };
  EXPECT_EQ(read(""),
            "in.csv:0: there is no line with the names of the columns");
  EXPECT_EQ(read("id,lower,upper\n"), "in.csv:1: there is no column 'size'");
  EXPECT_EQ(read("id,lower,upper,size,gap\n"),
            "in.csv:1: unknown column 'gap'; there are id, lower, upper, size, "
            "alignment, offset");
  EXPECT_EQ(read("id,id,lower,upper,size\n"),
            "in.csv:1: column 'id' stands twice");
  EXPECT_EQ(read("id,lower,upper,size\na,0,1\n"),
            "in.csv:2: 3 fields for 4 columns");
  EXPECT_EQ(read("id,lower,upper,size\n\na,0,1,99999999999999999999\n"),
            "in.csv:3: '99999999999999999999' in column 'size' is no integer "
            "of 64 bits");
  EXPECT_EQ(read("id,lower,upper,size\na,1,1,4\n"),
            "in.csv: buffer 'a' is never live");
}

//===----------------------------------------------------------------------===//
// Foreign instances
//===----------------------------------------------------------------------===//

/// The directory of the MiniMalloc instances, or "" where they aren't there.
static std::string getForeignInstances() {
  SmallString<128> directory;
  if (const char *root = std::getenv("ONNC_FOREIGN_DATA")) {
    directory = root;
  } else {
    directory = ONNC_SOURCE_DIR;
    sys::path::append(directory, "..", "shared", "data");
  }
  sys::path::append(directory, "memory");
  return sys::fs::is_directory(directory) ? directory.str().str() : "";
}

TEST(MemoryPlannerTest, ForeignInstances) {
  std::string directory = getForeignInstances();
  if (directory.empty())
    GTEST_SKIP() << "the foreign instances aren't there";
  std::error_code error;
  unsigned solved = 0;
  for (sys::fs::directory_iterator it(directory, error), end;
       it != end && !error; it.increment(error)) {
    if (sys::path::extension(it->path()) != ".csv")
      continue;
    auto file = MemoryBuffer::getFile(it->path());
    ASSERT_TRUE(bool(file));
    StringRef name = sys::path::filename(it->path());
    auto problem = readMemoryProblem((*file)->getBuffer(), name);
    ASSERT_TRUE(bool(problem)) << message(problem.takeError());
    MemoryPlan plan = planMemory(*problem);
    EXPECT_EQ(message(validatePlan(*problem, plan)), "success") << name.str();
    double ratio = double(plan.peak) / double(plan.lowerBound);
    RecordProperty(name.str(), std::to_string(ratio));
    outs() << formatv("{0,-16}{1,8} of {2,8}: {3:f3} by {4}\n", name, plan.peak,
                      plan.lowerBound, ratio, plan.strategy);
    // The heuristics' worst case on these, which an exact solver ends.
    EXPECT_LT(ratio, 1.42) << name.str();
    ++solved;
  }
  EXPECT_GE(solved, 11u);
}
