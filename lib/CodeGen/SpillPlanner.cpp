//===- SpillPlanner.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A covering problem: of what is resident at each overfull time, enough has to
/// be elsewhere. A storage covers the times at which one of its alternatives
/// isn't resident; each takes one alternative.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/SpillPlanner.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>

using namespace llvm;
using namespace onnc;

static constexpr double infinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// What is resident when
//===----------------------------------------------------------------------===//

/// The times at which anything begins to be resident, in order. Between two of
/// them nothing grows.
static std::vector<int64_t> getTimes(const SpillProblem &problem) {
  std::vector<int64_t> times;
  for (const SpillProblem::Storage &storage : problem.storages)
    for (const SpillProblem::Alternative &way : storage.alternatives)
      for (const Lifespan &span : way.residence)
        times.push_back(span.lower);
  llvm::sort(times);
  times.erase(llvm::unique(times), times.end());
  return times;
}

static bool isResident(const SpillProblem::Alternative &way, int64_t time) {
  return any_of(way.residence,
                [&](const Lifespan &span) { return span.contains(time); });
}

int64_t onnc::computeResidentPeak(const SpillProblem &problem,
                                  ArrayRef<unsigned> choice) {
  int64_t peak = 0;
  for (int64_t time : getTimes(problem)) {
    int64_t sum = 0;
    for (auto [storage, chosen] : zip_equal(problem.storages, choice))
      if (isResident(storage.alternatives[chosen], time))
        sum += storage.size;
    peak = std::max(peak, sum);
  }
  return peak;
}

int64_t onnc::computeLeastCapacity(const SpillProblem &problem) {
  int64_t least = 0;
  for (int64_t time : getTimes(problem)) {
    int64_t sum = 0;
    for (const SpillProblem::Storage &storage : problem.storages)
      if (all_of(storage.alternatives,
                 [&](const auto &way) { return isResident(way, time); }))
        sum += storage.size;
    least = std::max(least, sum);
  }
  return least;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

namespace {

class SpillSearch {
public:
  SpillSearch(const SpillProblem &problem, const SpillPlannerOptions &options);
  std::optional<SpillPlan> run();

private:
  /// An alternative that is worth considering.
  struct Way {
    unsigned index;
    double cost;
    /// The overfull times at which it isn't resident.
    BitVector relieves;
    bool isAllowed = true;
  };
  struct Candidate {
    unsigned storage;
    std::vector<Way> ways;
    /// Decided: the way that was taken; null while open.
    const Way *taken = nullptr;
  };
  /// What one overfull time costs at least, with what is still open.
  struct Bound {
    double cost = 0;
    /// The open candidate that relieves it for least by byte.
    Candidate *first = nullptr;
  };

  int64_t getSize(const Candidate &c) const {
    return problem.storages[c.storage].size;
  }
  void findOverfullTimes();
  void addCandidate(unsigned storage);
  Bound getBound(unsigned time);
  double getTotalBound(ArrayRef<Bound> bounds, ArrayRef<unsigned> order) const;
  void take(Candidate &c, const Way *way);
  void undo(Candidate &c);
  bool isSolved() const {
    return all_of(excess, [](int64_t bytes) { return bytes <= 0; });
  }
  double getCost() const;
  void record();
  void startGreedily();
  bool improveWay(Candidate &c);
  void visit();

  const SpillProblem &problem;
  const SpillPlannerOptions &options;
  std::vector<int64_t> overfull;
  /// Bytes that still have to go at each overfull time, under what is taken.
  std::vector<int64_t> excess;
  std::vector<Candidate> candidates;
  SpillPlan best;
  bool isFound = false, isExhausted = true;
  double rootBound = -1;
  int64_t numNodes = 0;
};

} // namespace

SpillSearch::SpillSearch(const SpillProblem &problem,
                         const SpillPlannerOptions &options)
    : problem(problem), options(options) {
  findOverfullTimes();
  for (unsigned i = 0; i < problem.storages.size(); ++i)
    addCandidate(i);
}

/// Of times at which the same storages are resident in all their alternatives,
/// the first.
void SpillSearch::findOverfullTimes() {
  std::vector<BitVector> seen;
  for (int64_t time : getTimes(problem)) {
    int64_t sum = 0;
    BitVector resident;
    for (const SpillProblem::Storage &storage : problem.storages)
      for (const SpillProblem::Alternative &way : storage.alternatives) {
        bool isHere = isResident(way, time);
        resident.push_back(isHere);
        if (isHere && &way == storage.alternatives.begin())
          sum += storage.size;
      }
    if (sum <= problem.capacity || is_contained(seen, resident))
      continue;
    seen.push_back(std::move(resident));
    overfull.push_back(time);
    excess.push_back(sum - problem.capacity);
  }
}

/// Ways that help nowhere, or less than a cheaper one, are left out.
void SpillSearch::addCandidate(unsigned index) {
  const SpillProblem::Storage &storage = problem.storages[index];
  Candidate candidate{index, {}};
  const auto &stay = storage.alternatives.front();
  for (auto [a, way] : enumerate(drop_begin(storage.alternatives))) {
    BitVector relieves(overfull.size());
    for (auto [t, time] : enumerate(overfull))
      if (isResident(stay, time) && !isResident(way, time))
        relieves.set(t);
    candidate.ways.push_back({unsigned(a) + 1, way.cost, std::move(relieves)});
  }
  llvm::stable_sort(candidate.ways,
                    [](const Way &a, const Way &b) { return a.cost < b.cost; });
  std::vector<Way> useful;
  for (Way &way : candidate.ways) {
    auto coversWay = [&](const Way &cheaper) {
      return !way.relieves.test(cheaper.relieves);
    };
    if (way.relieves.any() && none_of(useful, coversWay))
      useful.push_back(std::move(way));
  }
  candidate.ways = std::move(useful);
  if (storage.size > 0 && !candidate.ways.empty())
    candidates.push_back(std::move(candidate));
}

void SpillSearch::take(Candidate &c, const Way *way) {
  c.taken = way;
  for (unsigned t : way->relieves.set_bits())
    excess[t] -= getSize(c);
}

void SpillSearch::undo(Candidate &c) {
  for (unsigned t : c.taken->relieves.set_bits())
    excess[t] += getSize(c);
  c.taken = nullptr;
}

double SpillSearch::getCost() const {
  double cost = 0;
  for (const Candidate &c : candidates)
    if (c.taken)
      cost += c.taken->cost;
  return cost;
}

void SpillSearch::record() {
  double cost = getCost();
  if (isFound && cost >= best.cost)
    return;
  isFound = true;
  best.cost = cost;
  best.choice.assign(problem.storages.size(), 0);
  for (const Candidate &c : candidates)
    if (c.taken)
      best.choice[c.storage] = c.taken->index;
}

/// The linear relaxation at one time: the cheapest by byte first, the last one
/// in part. Infinite where all that is open doesn't suffice.
SpillSearch::Bound SpillSearch::getBound(unsigned time) {
  struct Offer {
    Candidate *candidate;
    double cost;
    int64_t size;
  };
  SmallVector<Offer> offers;
  for (Candidate &c : candidates) {
    if (c.taken)
      continue;
    for (const Way &way : c.ways)
      if (way.isAllowed && way.relieves.test(time)) {
        offers.push_back({&c, way.cost, getSize(c)});
        break;
      }
  }
  llvm::stable_sort(offers, [](const Offer &a, const Offer &b) {
    return a.cost * double(b.size) < b.cost * double(a.size);
  });
  Bound bound;
  int64_t left = excess[time];
  for (const Offer &offer : offers) {
    if (left <= 0)
      break;
    if (!bound.first)
      bound.first = offer.candidate;
    bound.cost += offer.cost * std::min(1.0, double(left) / double(offer.size));
    left -= offer.size;
  }
  if (left > 0)
    bound.cost = infinity;
  return bound;
}

/// The bounds of times that no open candidate has in common add up.
double SpillSearch::getTotalBound(ArrayRef<Bound> bounds,
                                  ArrayRef<unsigned> order) const {
  double total = 0;
  BitVector used(candidates.size());
  for (unsigned time : order) {
    BitVector users(candidates.size());
    for (auto [i, c] : enumerate(candidates))
      if (!c.taken && any_of(c.ways, [&](const Way &way) {
            return way.isAllowed && way.relieves.test(time);
          }))
        users.set(i);
    if (users.anyCommon(used))
      continue;
    used |= users;
    total += bounds[time].cost;
  }
  return total;
}

/// Exchanges what is taken for the cheapest way under which all still fits.
bool SpillSearch::improveWay(Candidate &c) {
  const Way *old = c.taken;
  undo(c);
  if (isSolved())
    return true;
  for (const Way &way : c.ways) {
    take(c, &way);
    if (isSolved())
      return &way != old;
    undo(c);
  }
  take(c, old);
  return false;
}

/// Always what relieves most for its cost, then whatever turned out not to be
/// needed goes again, the most expensive first.
void SpillSearch::startGreedily() {
  while (!isSolved()) {
    Candidate *chosen = nullptr;
    const Way *chosenWay = nullptr;
    double bestRate = infinity;
    for (Candidate &c : candidates) {
      // Only ways that relieve all that the present one does.
      BitVector present =
          c.taken ? c.taken->relieves : BitVector(overfull.size());
      for (const Way &way : c.ways) {
        if (&way == c.taken || present.test(way.relieves))
          continue;
        double gain = 0;
        for (unsigned t : way.relieves.set_bits())
          if (!present.test(t))
            gain += std::clamp<int64_t>(excess[t], 0, getSize(c));
        double cost = way.cost - (c.taken ? c.taken->cost : 0);
        if (gain > 0 && cost / gain < bestRate) {
          bestRate = cost / gain;
          chosen = &c;
          chosenWay = &way;
        }
      }
    }
    if (!chosen)
      break;
    if (chosen->taken)
      undo(*chosen);
    take(*chosen, chosenWay);
  }
  SmallVector<Candidate *> taken;
  for (Candidate &c : candidates)
    if (c.taken)
      taken.push_back(&c);
  if (isSolved()) {
    llvm::stable_sort(taken, [](const Candidate *a, const Candidate *b) {
      return a->taken->cost > b->taken->cost;
    });
    for (bool changed = true; changed;) {
      changed = false;
      for (Candidate *c : taken)
        changed |= c->taken && improveWay(*c);
    }
    record();
  }
  for (Candidate *c : taken)
    if (c->taken)
      undo(*c);
}

/// Branches on the candidate that relieves the most expensive time best: by
/// each of its ways that do, and by none of them.
void SpillSearch::visit() {
  if (isSolved()) {
    record();
    return;
  }
  if (numNodes >= options.nodeBudget && numNodes > 0) {
    isExhausted = false;
    return;
  }
  ++numNodes;
  std::vector<Bound> bounds(overfull.size());
  SmallVector<unsigned> order;
  for (unsigned t = 0; t < overfull.size(); ++t)
    if (excess[t] > 0) {
      bounds[t] = getBound(t);
      order.push_back(t);
    }
  llvm::stable_sort(order, [&](unsigned a, unsigned b) {
    return bounds[a].cost > bounds[b].cost;
  });
  double bound = getCost() + getTotalBound(bounds, order);
  if (rootBound < 0)
    rootBound = bound;
  if (bound == infinity || (isFound && bound >= best.cost))
    return;
  unsigned time = order.front();
  Candidate &c = *bounds[time].first;
  SmallVector<Way *> relieving;
  for (Way &way : c.ways)
    if (way.isAllowed && way.relieves.test(time))
      relieving.push_back(&way);
  for (Way *way : relieving) {
    take(c, way);
    visit();
    undo(c);
  }
  for (Way *way : relieving)
    way->isAllowed = false;
  visit();
  for (Way *way : relieving)
    way->isAllowed = true;
}

std::optional<SpillPlan> SpillSearch::run() {
  startGreedily();
  visit();
  if (!isFound)
    return std::nullopt;
  // With the budget gone, only the root's bound is proven.
  best.lowerBound =
      isExhausted ? best.cost : std::min(best.cost, std::max(0.0, rootBound));
  best.numNodes = numNodes;
  best.peak = computeResidentPeak(problem, best.choice);
  return std::move(best);
}

std::optional<SpillPlan> onnc::planSpills(const SpillProblem &problem,
                                          const SpillPlannerOptions &options) {
  return SpillSearch(problem, options).run();
}
