//===- StorageSharing.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Each result takes over one source at most, and each source is taken once, so
/// that candidates form chains. What is searched is which links of the chains
/// are followed: each saves bytes while its result is written, but buffers that
/// hang together take as much room as all of them span, and a chain of results
/// that begin before their sources spans more with each. So runs of links are
/// switched on and off. The shapes are then placed first fit, in several
/// orders.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/StorageSharing.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace llvm;
using namespace onnc;

namespace {

/// What a choice is judged by, in this order.
struct Cost {
  /// The greatest sum of live bytes, or what a shape spans if that is more.
  int64_t bytes = 0;
  /// How many points have that sum.
  int64_t numPoints = 0;
  /// Links that are followed: what hangs together is harder to place.
  int64_t numLinks = 0;

  auto operator<=>(const Cost &) const = default;
};

/// Buffers at fixed distances.
struct Shape {
  struct Member {
    unsigned buffer;
    /// From the lowest byte of all.
    int64_t offset;
  };
  SmallVector<Member, 2> members;
  int64_t span = 0, alignment = 1;
};

/// The points at which lifespans begin, where sums of live bytes change
/// upwards.
class Timeline {
public:
  explicit Timeline(const MemoryProblem &problem) {
    for (const Buffer &buffer : problem.buffers)
      points.push_back(buffer.lifespan.lower);
    llvm::sort(points);
    points.erase(llvm::unique(points), points.end());
    clear();
  }

  void clear() { changes.assign(points.size() + 1, 0); }
  void add(Lifespan span, int64_t size) {
    changes[getIndex(span.lower)] += size;
    changes[getIndex(span.upper)] -= size;
  }
  /// The greatest sum, the number of points that have it, and the first of
  /// them.
  std::pair<Cost, int64_t> getGreatest() const {
    Cost cost;
    int64_t sum = 0, time = 0;
    for (size_t i = 0; i != points.size(); ++i) {
      sum += changes[i];
      if (sum > cost.bytes) {
        cost = {sum, 0, 0};
        time = points[i];
      }
      cost.numPoints += sum == cost.bytes;
    }
    return {cost, time};
  }

private:
  size_t getIndex(int64_t time) const {
    return lower_bound(points, time) - points.begin();
  }

  std::vector<int64_t> points, changes;
};

class Sharing {
public:
  Sharing(const MemoryProblem &problem, ArrayRef<SharingCandidate> candidates);

  SharedPlan run();

private:
  void link(ArrayRef<SharingCandidate> candidates);
  Shape getShape(unsigned head) const;
  std::vector<Shape> getShapes() const;
  /// Of the links that are followed.
  Cost evaluate();
  bool tryRuns(Cost &cost);
  Cost improve();

  int64_t place(const Shape &shape, ArrayRef<unsigned> placed,
                ArrayRef<int64_t> offsets) const;
  SharedPlan planInOrder(ArrayRef<Shape> shapes,
                         ArrayRef<unsigned> order) const;
  SharedPlan plan(int64_t bound) const;

  const MemoryProblem &problem;
  std::vector<SharingCandidate> links;
  /// By buffer: the link that it is the source, or the result, of; -1: none.
  std::vector<int> next, previous;
  /// Links of a chain in order.
  std::vector<SmallVector<unsigned, 8>> chains;
  BitVector followed;
  Timeline timeline;
  /// The first point with the greatest sum of the last evaluation.
  int64_t busiest = 0;
  /// How many choices may still be looked at.
  int64_t trials;
};

} // namespace

static int64_t getSize(const Buffer &buffer) {
  return alignTo(buffer.size, buffer.alignment);
}

/// What a pair needs less than apart, while both are live.
static int64_t getSaving(const MemoryProblem &problem,
                         const SharingCandidate &candidate) {
  int64_t source = getSize(problem.buffers[candidate.source]);
  int64_t result = getSize(problem.buffers[candidate.result]);
  return source + result - std::max(candidate.distance + source, result);
}

/// When both are live.
static Lifespan getHandover(const MemoryProblem &problem,
                            const SharingCandidate &candidate) {
  return {problem.buffers[candidate.result].lifespan.lower,
          problem.buffers[candidate.source].lifespan.upper};
}

Sharing::Sharing(const MemoryProblem &problem,
                 ArrayRef<SharingCandidate> candidates)
    : problem(problem), next(problem.buffers.size(), -1),
      previous(problem.buffers.size(), -1), timeline(problem) {
  link(candidates);
  followed.resize(links.size());
  // A choice takes time that grows with the buffers.
  constexpr int64_t work = 5'000'000;
  trials = work / std::max<int64_t>(problem.buffers.size(), 1);
}

/// Of several sources of a result, or results of a source, the pair that saves
/// most comes first.
void Sharing::link(ArrayRef<SharingCandidate> candidates) {
  SmallVector<SharingCandidate> sorted(candidates);
  llvm::stable_sort(sorted, [&](const auto &a, const auto &b) {
    return getSaving(problem, a) > getSaving(problem, b);
  });
  for (const SharingCandidate &candidate : sorted) {
    if (next[candidate.source] >= 0 || previous[candidate.result] >= 0 ||
        getSaving(problem, candidate) <= 0)
      continue;
    next[candidate.source] = previous[candidate.result] = links.size();
    links.push_back(candidate);
  }
  for (unsigned buffer = 0; buffer != next.size(); ++buffer) {
    if (next[buffer] < 0 || previous[buffer] >= 0)
      continue;
    auto &chain = chains.emplace_back();
    for (int link = next[buffer]; link >= 0; link = next[links[link].result])
      chain.push_back(link);
  }
}

//===----------------------------------------------------------------------===//
// Which links are followed
//===----------------------------------------------------------------------===//

Shape Sharing::getShape(unsigned head) const {
  Shape shape;
  int64_t offset = 0, least = 0;
  for (unsigned buffer = head;;) {
    shape.members.push_back({buffer, offset});
    least = std::min(least, offset);
    int link = next[buffer];
    if (link < 0 || !followed.test(link))
      break;
    offset -= links[link].distance;
    buffer = links[link].result;
  }
  for (auto &[index, place] : shape.members) {
    const Buffer &buffer = problem.buffers[index];
    place -= least;
    shape.span = std::max(shape.span, place + getSize(buffer));
    shape.alignment = std::max(shape.alignment, buffer.alignment);
  }
  return shape;
}

std::vector<Shape> Sharing::getShapes() const {
  std::vector<Shape> shapes;
  for (unsigned buffer = 0; buffer != next.size(); ++buffer)
    if (previous[buffer] < 0 || !followed.test(previous[buffer]))
      shapes.push_back(getShape(buffer));
  return shapes;
}

Cost Sharing::evaluate() {
  --trials;
  timeline.clear();
  for (const Buffer &buffer : problem.buffers)
    timeline.add(buffer.lifespan, getSize(buffer));
  int64_t span = 0;
  for (const auto &chain : chains)
    for (size_t i = 0; i != chain.size(); ++i) {
      if (!followed.test(chain[i]))
        continue;
      const SharingCandidate &link = links[chain[i]];
      timeline.add(getHandover(problem, link), -getSaving(problem, link));
      if (i == 0 || !followed.test(chain[i - 1]))
        span = std::max(span, getShape(link.source).span);
    }
  auto [cost, time] = timeline.getGreatest();
  busiest = time;
  if (span > cost.bytes)
    cost = {span, 1, 0};
  cost.numLinks = followed.count();
  return cost;
}

/// Switches the run of links on or off, among those that are live at the
/// busiest point or longer, that lowers the cost most.
bool Sharing::tryRuns(Cost &cost) {
  evaluate();
  const int64_t time = busiest;
  constexpr size_t maxRun = 64;
  BitVector best = followed;
  const BitVector before = followed;
  const Cost start = cost;
  for (const auto &chain : chains)
    for (size_t from = 0; from != chain.size(); ++from) {
      bool isBefore =
          problem.buffers[links[chain[from]].source].lifespan.lower <= time;
      for (size_t to = from;
           to != std::min(chain.size(), from + maxRun) && trials > 0; ++to) {
        bool isThere =
            isBefore &&
            problem.buffers[links[chain[to]].result].lifespan.upper > time;
        // Anything that hangs together may span too much.
        enum { Join, Alone, Off };
        for (int action : {Join, Alone, Off}) {
          if (action != Off && !isThere)
            continue;
          followed = before;
          for (size_t i = from; i <= to; ++i)
            followed[chain[i]] = action != Off;
          if (action == Alone && from > 0)
            followed.reset(chain[from - 1]);
          if (action == Alone && to + 1 < chain.size())
            followed.reset(chain[to + 1]);
          if (followed == before)
            continue;
          Cost found = evaluate();
          if (found < cost) {
            cost = found;
            best = followed;
          }
        }
      }
    }
  followed = best;
  return cost < start;
}

Cost Sharing::improve() {
  Cost cost = evaluate();
  while (trials > 0 && tryRuns(cost))
    ;
  return cost;
}

//===----------------------------------------------------------------------===//
// Where shapes go
//===----------------------------------------------------------------------===//

/// The lowest place of \p shape where it meets none of the buffers \p placed
/// that is live with a member.
int64_t Sharing::place(const Shape &shape, ArrayRef<unsigned> placed,
                       ArrayRef<int64_t> offsets) const {
  // The offsets from first to last would make two meet.
  SmallVector<std::pair<int64_t, int64_t>> forbidden;
  for (auto [index, offset] : shape.members) {
    const Buffer &own = problem.buffers[index];
    for (unsigned i : placed) {
      const Buffer &other = problem.buffers[i];
      if (own.size && other.size && own.lifespan.overlaps(other.lifespan))
        forbidden.push_back({offsets[i] - offset - own.size + 1,
                             offsets[i] + other.size - offset - 1});
    }
  }
  llvm::sort(forbidden);
  int64_t at = 0;
  for (auto [first, last] : forbidden)
    if (first <= at && at <= last)
      at = alignTo(last + 1, shape.alignment);
  return at;
}

SharedPlan Sharing::planInOrder(ArrayRef<Shape> shapes,
                                ArrayRef<unsigned> order) const {
  SharedPlan plan;
  plan.offsets.resize(problem.buffers.size());
  plan.numShared = followed.count();
  std::vector<unsigned> placed;
  for (unsigned i : order) {
    int64_t at = place(shapes[i], placed, plan.offsets);
    for (auto [buffer, offset] : shapes[i].members) {
      plan.offsets[buffer] = at + offset;
      placed.push_back(buffer);
      plan.peak =
          std::max(plan.peak, at + offset + problem.buffers[buffer].size);
    }
  }
  return plan;
}

/// Tries orders until the peak is \p bound: by size, by what shapes span, by
/// size times time, by time; and of each, what ends at the peak moves to the
/// front.
SharedPlan Sharing::plan(int64_t bound) const {
  std::vector<Shape> shapes = getShapes();
  auto getKey = [&](const Shape &shape, unsigned strategy) {
    int64_t largest = 0, area = 0;
    int64_t first = std::numeric_limits<int64_t>::max();
    for (auto [index, offset] : shape.members) {
      const Buffer &buffer = problem.buffers[index];
      largest = std::max(largest, buffer.size);
      area += buffer.size * buffer.lifespan.getLength();
      first = std::min(first, buffer.lifespan.lower);
    }
    const int64_t keys[] = {largest, shape.span, area, -first};
    return keys[strategy];
  };
  constexpr int64_t work = 4'000'000;
  int64_t n = std::max<int64_t>(problem.buffers.size(), 1);
  const int64_t moves = std::clamp<int64_t>(work / (n * n), 1, 48);
  std::optional<SharedPlan> best;
  for (unsigned strategy = 0; strategy != 4; ++strategy) {
    std::vector<unsigned> order(shapes.size());
    std::iota(order.begin(), order.end(), 0);
    llvm::stable_sort(order, [&](unsigned a, unsigned b) {
      return getKey(shapes[a], strategy) > getKey(shapes[b], strategy);
    });
    for (int64_t move = 0; move != moves; ++move) {
      SharedPlan plan = planInOrder(shapes, order);
      if (!best || plan.peak < best->peak)
        best = plan;
      if (best->peak <= bound)
        return *best;
      auto isHighest = [&](unsigned i) {
        return any_of(shapes[i].members, [&](const Shape::Member &member) {
          return plan.offsets[member.buffer] +
                     problem.buffers[member.buffer].size ==
                 plan.peak;
        });
      };
      auto it = find_if(order, isHighest);
      if (it == order.begin())
        break;
      std::rotate(order.begin(), it, it + 1);
    }
  }
  return *best;
}

SharedPlan Sharing::run() {
  Cost fromNone = improve();
  SharedPlan best = plan(fromNone.bytes);
  followed.set();
  Cost fromAll = improve();
  if (SharedPlan other = plan(fromAll.bytes); other.peak < best.peak)
    best = std::move(other);
  return best;
}

SharedPlan onnc::planShared(const MemoryProblem &problem,
                            ArrayRef<SharingCandidate> candidates) {
  return Sharing(problem, candidates).run();
}

int64_t onnc::computeSharedBound(const MemoryProblem &problem,
                                 ArrayRef<SharingCandidate> candidates) {
  // As if each result could follow the source that saves most.
  std::vector<std::optional<SharingCandidate>> best(problem.buffers.size());
  for (const SharingCandidate &candidate : candidates) {
    auto &own = best[candidate.result];
    if (getSaving(problem, candidate) > 0 &&
        (!own || getSaving(problem, candidate) > getSaving(problem, *own)))
      own = candidate;
  }
  Timeline timeline(problem);
  for (const Buffer &buffer : problem.buffers)
    timeline.add(buffer.lifespan, buffer.size);
  for (const auto &candidate : best)
    if (candidate)
      timeline.add(getHandover(problem, *candidate),
                   -getSaving(problem, *candidate));
  return timeline.getGreatest().first.bytes;
}
