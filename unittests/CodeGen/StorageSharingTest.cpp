//===- StorageSharingTest.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/StorageSharing.h"
#include "onnc/CodeGen/BufferModel.h"
#include "gtest/gtest.h"
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace llvm;
using namespace onnc;

namespace {

struct Instance {
  MemoryProblem problem;
  std::vector<SharingCandidate> candidates;
};

} // namespace

/// Operations in a row; each makes one or two buffers from some of those that
/// are live, over which they may lie at some distance.
static Instance makeInstance(unsigned seed, unsigned numOperations) {
  std::mt19937 engine(seed);
  Instance instance;
  std::vector<unsigned> live;
  auto &buffers = instance.problem.buffers;
  for (int64_t time = 0; time != numOperations; ++time) {
    std::vector<unsigned> dying;
    for (unsigned buffer : live)
      if (engine() % 2)
        dying.push_back(buffer);
    for (unsigned buffer : live)
      buffers[buffer].lifespan.upper = time + 1;
    std::erase_if(live, [&](unsigned buffer) {
      return std::find(dying.begin(), dying.end(), buffer) != dying.end();
    });
    for (unsigned i = 0, count = 1 + engine() % 2; i != count; ++i) {
      unsigned result = buffers.size();
      buffers.push_back({"b" + std::to_string(result),
                         {time, time + 1},
                         int64_t(16 * (1 + engine() % 20)),
                         16,
                         {}});
      live.push_back(result);
      for (unsigned source : dying)
        if (engine() % 4)
          instance.candidates.push_back(
              {source, result, int64_t(16 * (engine() % 6))});
    }
  }
  return instance;
}

/// That no two buffers are live together over each other but at the distance of
/// a candidate, that no source is taken twice, and that the peak is true.
static void check(const Instance &instance, const SharedPlan &plan) {
  const auto &buffers = instance.problem.buffers;
  int64_t peak = 0;
  std::set<unsigned> sources, results;
  for (size_t i = 0; i != buffers.size(); ++i) {
    EXPECT_GE(plan.offsets[i], 0);
    EXPECT_EQ(plan.offsets[i] % buffers[i].alignment, 0);
    peak = std::max(peak, plan.offsets[i] + buffers[i].size);
    for (size_t k = 0; k != buffers.size(); ++k) {
      if (i == k || !buffers[i].lifespan.overlaps(buffers[k].lifespan) ||
          plan.offsets[i] + buffers[i].size <= plan.offsets[k] ||
          plan.offsets[k] + buffers[k].size <= plan.offsets[i])
        continue;
      bool isAllowed = false;
      for (const SharingCandidate &candidate : instance.candidates) {
        if (candidate.source == std::min(i, k) &&
            candidate.result == std::max(i, k))
          isAllowed |=
              plan.offsets[candidate.source] - plan.offsets[candidate.result] ==
              candidate.distance;
      }
      EXPECT_TRUE(isAllowed) << i << " " << k;
      if (i < k) {
        EXPECT_TRUE(sources.insert(i).second);
        EXPECT_TRUE(results.insert(k).second);
      }
    }
  }
  EXPECT_EQ(plan.peak, peak);
}

/// The least peak of all choices among the candidates, each placed first fit in
/// every order.
static int64_t findOptimum(const Instance &instance) {
  const auto &buffers = instance.problem.buffers;
  int64_t best = std::numeric_limits<int64_t>::max();
  for (size_t bits = 0; bits != size_t(1) << instance.candidates.size();
       ++bits) {
    std::map<unsigned, SharingCandidate> next, previous;
    bool ok = true;
    for (size_t i = 0; i != instance.candidates.size(); ++i)
      if (bits >> i & 1) {
        const SharingCandidate &c = instance.candidates[i];
        ok &= next.emplace(c.source, c).second &&
              previous.emplace(c.result, c).second;
      }
    if (!ok)
      continue;
    // Offsets within each chain.
    std::vector<std::vector<std::pair<unsigned, int64_t>>> shapes;
    for (unsigned head = 0; head != buffers.size(); ++head) {
      if (previous.count(head))
        continue;
      auto &shape = shapes.emplace_back();
      shape.push_back({head, 0});
      int64_t at = 0, least = 0;
      for (auto it = next.find(head); it != next.end();
           it = next.find(it->second.result)) {
        shape.push_back({it->second.result, at -= it->second.distance});
        least = std::min(least, at);
      }
      for (auto &member : shape)
        member.second -= least;
    }
    std::vector<unsigned> order(shapes.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      std::map<unsigned, int64_t> placed;
      int64_t peak = 0;
      for (unsigned i : order) {
        int64_t at = 0;
        auto meets = [&] {
          for (auto [own, offset] : shapes[i])
            for (auto [other, place] : placed)
              if (buffers[own].lifespan.overlaps(buffers[other].lifespan) &&
                  at + offset < place + buffers[other].size &&
                  place < at + offset + buffers[own].size)
                return true;
          return false;
        };
        while (meets())
          at += 16;
        for (auto [own, offset] : shapes[i]) {
          placed[own] = at + offset;
          peak = std::max(peak, at + offset + buffers[own].size);
        }
      }
      best = std::min(best, peak);
    } while (std::next_permutation(order.begin(), order.end()));
  }
  return best;
}

TEST(StorageSharingTest, AllChoicesOfSmallProblems) {
  unsigned improved = 0, optimal = 0, total = 0;
  for (unsigned seed = 0; seed != 400; ++seed) {
    Instance instance = makeInstance(seed, 2 + seed % 3);
    if (instance.candidates.size() > 7 || instance.problem.buffers.size() > 6)
      continue;
    ++total;
    SharedPlan plan = planShared(instance.problem, instance.candidates);
    check(instance, plan);
    int64_t optimum = findOptimum(instance);
    EXPECT_GE(plan.peak, optimum) << seed;
    EXPECT_LE(computeSharedBound(instance.problem, instance.candidates),
              optimum)
        << seed;
    improved += plan.peak < computeLowerBound(instance.problem);
    optimal += plan.peak == optimum;
  }
  EXPECT_GT(total, 150u);
  EXPECT_GT(improved, total / 4);
  EXPECT_GT(optimal, total * 9 / 10);
}

TEST(StorageSharingTest, LargeProblems) {
  for (unsigned seed = 0; seed != 10; ++seed) {
    Instance instance = makeInstance(seed, 400);
    SharedPlan plan = planShared(instance.problem, instance.candidates);
    check(instance, plan);
    EXPECT_GT(plan.numShared, 0u);
    EXPECT_GE(plan.peak,
              computeSharedBound(instance.problem, instance.candidates));
  }
}

// Each link alone saves at one point; all of them at every point, for a span of
// five distances more.
TEST(StorageSharingTest, ChainsAreFollowedAsAWhole) {
  Instance instance;
  for (int64_t i = 0; i != 6; ++i) {
    instance.problem.buffers.push_back({"b", {i, i + 2}, 1024, 16, {}});
    if (i)
      instance.candidates.push_back({unsigned(i - 1), unsigned(i), 64});
  }
  EXPECT_EQ(computeLowerBound(instance.problem), 2048);
  SharedPlan plan = planShared(instance.problem, instance.candidates);
  EXPECT_EQ(plan.peak, 1024 + 5 * 64);
  EXPECT_EQ(plan.numShared, 5u);
  EXPECT_EQ(computeSharedBound(instance.problem, instance.candidates),
            1024 + 64);
}

// What spans too much is cut where little is live: the fourth and the fifth are
// beside each other.
TEST(StorageSharingTest, ChainsAreCutWhereTheySpanTooMuch) {
  Instance instance;
  const int64_t sizes[] = {1024, 1024, 1024, 128, 128, 1024, 1024, 1024};
  for (int64_t i = 0; i != 8; ++i) {
    instance.problem.buffers.push_back({"b", {i, i + 2}, sizes[i], 16, {}});
    if (i)
      instance.candidates.push_back({unsigned(i - 1), unsigned(i), 96});
  }
  SharedPlan plan = planShared(instance.problem, instance.candidates);
  check(instance, plan);
  EXPECT_LT(plan.peak, 1024 + 4 * 96);
}

TEST(StorageSharingTest, DistancesThatOverlapsAllow) {
  StorageOverlap inPlace, any{40, 1}, lanes{24, 24};
  EXPECT_TRUE(inPlace.allows(0));
  EXPECT_FALSE(inPlace.allows(16));
  EXPECT_EQ(inPlace.getAligned(16), 0);
  EXPECT_FALSE(StorageOverlap({8, 0}).getAligned(16));
  EXPECT_FALSE(any.allows(39));
  EXPECT_TRUE(any.allows(41));
  EXPECT_EQ(any.getAligned(16), 48);
  EXPECT_FALSE(lanes.allows(0));
  EXPECT_TRUE(lanes.allows(72));
  EXPECT_FALSE(lanes.allows(64));
  EXPECT_EQ(lanes.getAligned(16), 48);
  EXPECT_FALSE(StorageOverlap({24, 48}).getAligned(16));
  // Whatever two allow together, each allows.
  std::mt19937 engine(1);
  unsigned found = 0;
  for (unsigned i = 0; i != 2000; ++i) {
    auto make = [&] {
      return StorageOverlap{int64_t(engine() % 12), int64_t(engine() % 5)};
    };
    StorageOverlap a = make(), b = make();
    auto both = a.intersect(b);
    found += both.has_value();
    for (int64_t bytes = 0; both && bytes != 60; ++bytes)
      if (both->allows(bytes)) {
        EXPECT_TRUE(a.allows(bytes) && b.allows(bytes));
      }
  }
  EXPECT_GT(found, 500u);
}
