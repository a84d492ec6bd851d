//===- MemoryPlanner.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemoryPlanner.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>
#include <set>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Soundness
//===----------------------------------------------------------------------===//

static Error checkBuffer(const Buffer &buffer) {
  auto complain = [&](const Twine &what) {
    return createStringError("buffer '" + buffer.id + "' " + what);
  };
  if (buffer.lifespan.lower >= buffer.lifespan.upper)
    return complain("is never live");
  if (buffer.size < 0)
    return complain("has a negative size");
  if (buffer.alignment <= 0 || !isPowerOf2_64(buffer.alignment))
    return complain("has an alignment that is no power of two");
  if (!buffer.fixedOffset)
    return Error::success();
  if (*buffer.fixedOffset < 0)
    return complain("has a negative offset");
  if (*buffer.fixedOffset % buffer.alignment != 0)
    return complain("has a fixed offset that isn't aligned");
  return Error::success();
}

/// Two buffers at known offsets that are live at the same time and share bytes.
static bool collide(const Buffer &a, int64_t offsetA, const Buffer &b,
                    int64_t offsetB) {
  return a.lifespan.overlaps(b.lifespan) && offsetA < offsetB + b.size &&
         offsetB < offsetA + a.size && a.size > 0 && b.size > 0;
}

Error onnc::checkProblem(const MemoryProblem &problem) {
  // Far enough from the end of the range for every sum that planning makes.
  constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 4;
  int64_t total = 0;
  SmallVector<const Buffer *> fixed;
  for (const Buffer &buffer : problem.buffers) {
    if (Error error = checkBuffer(buffer))
      return error;
    for (int64_t bytes :
         {buffer.size, buffer.alignment, buffer.fixedOffset.value_or(0)})
      if (AddOverflow(total, bytes, total) || total > limit)
        return createStringError("the buffers take more than 2^61 bytes");
    if (buffer.fixedOffset)
      fixed.push_back(&buffer);
  }
  for (auto [i, a] : enumerate(fixed))
    for (const Buffer *b : ArrayRef(fixed).drop_front(i + 1))
      if (collide(*a, *a->fixedOffset, *b, *b->fixedOffset))
        return createStringError("the fixed buffers '" + a->id + "' and '" +
                                 b->id + "' overlap");
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The lower bound
//===----------------------------------------------------------------------===//

/// The load from one point in time to the next at which it changes.
struct Section {
  int64_t begin;
  int64_t load;
};

/// The loads over time. Where every offset is a multiple of some alignment,
/// every buffer but the topmost one occupies whole multiples of it; the topmost
/// one saves at most the largest of their paddings.
static std::vector<Section> computeLoads(const MemoryProblem &problem) {
  int64_t grain = std::numeric_limits<int64_t>::max();
  for (const Buffer &b : problem.buffers)
    grain = std::min<int64_t>(grain, b.fixedOffset && *b.fixedOffset
                                         ? *b.fixedOffset & -*b.fixedOffset
                                         : b.alignment);
  struct Change {
    int64_t load = 0;
    SmallVector<int64_t, 2> paddingsGone;
    SmallVector<int64_t, 2> paddingsCome;
  };
  std::map<int64_t, Change> changes;
  for (const Buffer &b : problem.buffers) {
    int64_t padded = alignTo(b.size, grain);
    Change &birth = changes[b.lifespan.lower],
           &death = changes[b.lifespan.upper];
    birth.load += padded;
    birth.paddingsCome.push_back(padded - b.size);
    death.load -= padded;
    death.paddingsGone.push_back(padded - b.size);
  }
  std::vector<Section> sections;
  std::multiset<int64_t> paddings;
  int64_t load = 0;
  for (auto &[time, change] : changes) {
    load += change.load;
    for (int64_t p : change.paddingsGone)
      paddings.erase(paddings.find(p));
    paddings.insert(change.paddingsCome.begin(), change.paddingsCome.end());
    sections.push_back(
        {time, paddings.empty() ? 0 : load - *paddings.rbegin()});
  }
  return sections;
}

static const Section *findBusiest(ArrayRef<Section> sections) {
  return llvm::max_element(sections, [](const Section &a, const Section &b) {
    return a.load < b.load;
  });
}

int64_t onnc::computeLowerBound(const MemoryProblem &problem) {
  std::vector<Section> sections = computeLoads(problem);
  int64_t bound = sections.empty() ? 0 : findBusiest(sections)->load;
  for (const Buffer &buffer : problem.buffers)
    if (buffer.fixedOffset)
      bound = std::max(bound, *buffer.fixedOffset + buffer.size);
  return bound;
}

int64_t onnc::findBusiestPoint(const MemoryProblem &problem) {
  std::vector<Section> sections = computeLoads(problem);
  return sections.empty() ? 0 : findBusiest(sections)->begin;
}

//===----------------------------------------------------------------------===//
// List heuristics
//===----------------------------------------------------------------------===//

namespace {

enum class Fit : uint8_t {
  First, ///< the lowest gap that is large enough
  Best,  ///< the one that leaves the least
};

/// What the orders look at, besides the buffer itself.
struct Features {
  /// The greatest load during its life.
  std::vector<int64_t> contention;
};

/// Whether \p a goes before \p b; ties are broken by index.
using Precedes = bool (*)(const MemoryProblem &, const Features &, unsigned a,
                          unsigned b);

struct Strategy {
  StringRef name;
  Precedes precedes;
  Fit fit;
};

/// The buffers of one part by the time they are born, which answers quickly
/// which of those that have been entered are live in a lifespan: a binary tree
/// over that order, each node with the latest death of those entered below it.
class LiveIndex {
public:
  LiveIndex(const MemoryProblem &problem, ArrayRef<unsigned> part);

  void clear() { std::fill(latestDeaths.begin(), latestDeaths.end(), never); }
  /// \p index is one of the problem's buffers, of this part.
  void insert(unsigned index);
  /// Appends the indices of what is live in \p lifespan.
  void collect(Lifespan lifespan, SmallVectorImpl<unsigned> &live) const;
  /// Whether so many of the part are live at the same time that there is
  /// nothing to be gained.
  bool isDense() const;

private:
  static constexpr int64_t never = std::numeric_limits<int64_t>::min();

  std::vector<unsigned> byBirth;
  std::vector<int64_t> births;
  std::vector<int64_t> deaths;
  /// From a buffer of the problem to its place in the order.
  DenseMap<unsigned, unsigned> positions;
  /// The tree; node i has the children 2i and 2i+1, the leaves are at the end.
  size_t numLeaves;
  std::vector<int64_t> latestDeaths;
};

/// One part of a problem while a strategy places it.
class Placement {
public:
  /// Empties \p index, and enters what it places.
  Placement(const MemoryProblem &problem, LiveIndex &index,
            std::vector<int64_t> &offsets)
      : problem(problem), index(index), offsets(offsets),
        dense(index.isDense()) {
    index.clear();
  }

  /// Returns the end of the buffer.
  int64_t place(unsigned which, Fit fit);

private:
  /// All that matters of a placed buffer, side by side.
  struct Placed {
    Lifespan lifespan;
    int64_t begin;
    int64_t end;

    bool operator<(const Placed &other) const { return begin < other.begin; }
  };

  int64_t findOffset(const Buffer &buffer, Fit fit) const;
  static int64_t findOffset(const Buffer &buffer, ArrayRef<Placed> others,
                            Fit fit);

  const MemoryProblem &problem;
  LiveIndex &index;
  std::vector<int64_t> &offsets;
  /// By offset; empty unless it is dense, where the index is.
  std::vector<Placed> placed;
  const bool dense;
};

} // namespace

LiveIndex::LiveIndex(const MemoryProblem &problem, ArrayRef<unsigned> part)
    : byBirth(part), numLeaves(PowerOf2Ceil(part.size())),
      latestDeaths(2 * numLeaves, never) {
  llvm::stable_sort(byBirth, [&](unsigned a, unsigned b) {
    return problem.buffers[a].lifespan.lower <
           problem.buffers[b].lifespan.lower;
  });
  for (auto [position, i] : enumerate(byBirth)) {
    positions[i] = position;
    births.push_back(problem.buffers[i].lifespan.lower);
    deaths.push_back(problem.buffers[i].lifespan.upper);
  }
}

void LiveIndex::insert(unsigned index) {
  unsigned position = positions.at(index);
  int64_t death = deaths[position];
  for (size_t node = numLeaves + position; node != 0; node /= 2)
    latestDeaths[node] = std::max(latestDeaths[node], death);
}

void LiveIndex::collect(Lifespan lifespan,
                        SmallVectorImpl<unsigned> &live) const {
  size_t numBorn = llvm::lower_bound(births, lifespan.upper) - births.begin();
  // Nodes with the first leaf below them and the number of those.
  struct Range {
    size_t node, first, size;
  };
  SmallVector<Range, 32> stack = {{1, 0, numLeaves}};
  while (!stack.empty()) {
    auto [node, first, size] = stack.pop_back_val();
    if (first >= numBorn || latestDeaths[node] <= lifespan.lower)
      continue;
    if (size == 1) {
      live.push_back(byBirth[first]);
      continue;
    }
    stack.push_back({2 * node, first, size / 2});
    stack.push_back({2 * node + 1, first + size / 2, size / 2});
  }
}

bool LiveIndex::isDense() const {
  // Collecting and sorting what is live costs more per buffer than looking at
  // all that are placed.
  constexpr size_t factor = 32;
  std::vector<int64_t> sorted = deaths;
  llvm::sort(sorted);
  size_t numPairs = 0;
  for (auto [birth, death] : zip_equal(births, deaths)) {
    // Those that are born before it dies, less those that die before it is.
    numPairs += llvm::lower_bound(births, death) - births.begin();
    numPairs -= llvm::upper_bound(sorted, birth) - sorted.begin();
  }
  return numPairs * factor >= births.size() * births.size();
}

/// \p others are by offset; those that aren't live with \p buffer don't matter.
int64_t Placement::findOffset(const Buffer &buffer, ArrayRef<Placed> others,
                              Fit fit) {
  // Below the cursor, everything that matters has been looked at.
  int64_t cursor = 0;
  int64_t best = -1, leastRest = std::numeric_limits<int64_t>::max();
  for (const Placed &other : others) {
    if (!other.lifespan.overlaps(buffer.lifespan))
      continue;
    int64_t rest = other.begin - cursor - buffer.size;
    if (rest >= 0 && rest < leastRest) {
      int64_t candidate = alignTo(cursor, buffer.alignment);
      if (candidate + buffer.size <= other.begin) {
        if (fit == Fit::First)
          return candidate;
        best = candidate;
        leastRest = rest;
      }
    }
    cursor = std::max(cursor, other.end);
  }
  return best >= 0 ? best : alignTo(cursor, buffer.alignment);
}

int64_t Placement::findOffset(const Buffer &buffer, Fit fit) const {
  if (dense)
    return findOffset(buffer, placed, fit);
  SmallVector<unsigned> live;
  index.collect(buffer.lifespan, live);
  SmallVector<Placed> others;
  for (unsigned i : live)
    others.push_back({problem.buffers[i].lifespan, offsets[i],
                      offsets[i] + problem.buffers[i].size});
  llvm::sort(others);
  return findOffset(buffer, others, fit);
}

int64_t Placement::place(unsigned which, Fit fit) {
  const Buffer &buffer = problem.buffers[which];
  int64_t offset =
      buffer.fixedOffset ? *buffer.fixedOffset : findOffset(buffer, fit);
  offsets[which] = offset;
  Placed entry = {buffer.lifespan, offset, offset + buffer.size};
  if (dense)
    placed.insert(llvm::upper_bound(placed, entry), entry);
  else
    index.insert(which);
  return entry.end;
}

static double area(const Buffer &b) {
  return static_cast<double>(b.size) *
         static_cast<double>(b.lifespan.getLength());
}

static bool bySize(const MemoryProblem &p, const Features &, unsigned a,
                   unsigned b) {
  return p.buffers[a].size > p.buffers[b].size;
}

static bool byArea(const MemoryProblem &p, const Features &, unsigned a,
                   unsigned b) {
  return area(p.buffers[a]) > area(p.buffers[b]);
}

static bool byLength(const MemoryProblem &p, const Features &, unsigned a,
                     unsigned b) {
  return std::pair(p.buffers[a].lifespan.getLength(), p.buffers[a].size) >
         std::pair(p.buffers[b].lifespan.getLength(), p.buffers[b].size);
}

static bool byBirth(const MemoryProblem &p, const Features &, unsigned a,
                    unsigned b) {
  return std::pair(p.buffers[a].lifespan.lower, -p.buffers[a].size) <
         std::pair(p.buffers[b].lifespan.lower, -p.buffers[b].size);
}

static bool byDeath(const MemoryProblem &p, const Features &, unsigned a,
                    unsigned b) {
  return std::pair(p.buffers[a].lifespan.upper, p.buffers[a].size) >
         std::pair(p.buffers[b].lifespan.upper, p.buffers[b].size);
}

/// The busiest time first, as in greedy-by-breadth (Pisarchyk and Lee,
/// "Efficient Memory Management for Deep Neural Net Inference", 2020).
static bool byContention(const MemoryProblem &p, const Features &f, unsigned a,
                         unsigned b) {
  return std::pair(f.contention[a], p.buffers[a].size) >
         std::pair(f.contention[b], p.buffers[b].size);
}

static bool byContentionAndArea(const MemoryProblem &p, const Features &f,
                                unsigned a, unsigned b) {
  return std::pair(static_cast<double>(f.contention[a]), area(p.buffers[a])) >
         std::pair(static_cast<double>(f.contention[b]), area(p.buffers[b]));
}

/// The best is chosen; of equals, the first.
static constexpr Strategy strategies[] = {
    {"size-best-fit", bySize, Fit::Best},
    {"size-first-fit", bySize, Fit::First},
    {"area-best-fit", byArea, Fit::Best},
    {"area-first-fit", byArea, Fit::First},
    {"length-best-fit", byLength, Fit::Best},
    {"length-first-fit", byLength, Fit::First},
    {"contention-best-fit", byContention, Fit::Best},
    {"contention-first-fit", byContention, Fit::First},
    {"contention-area-best-fit", byContentionAndArea, Fit::Best},
    {"contention-area-first-fit", byContentionAndArea, Fit::First},
    {"birth-best-fit", byBirth, Fit::Best},
    {"birth-first-fit", byBirth, Fit::First},
    {"death-best-fit", byDeath, Fit::Best},
    {"death-first-fit", byDeath, Fit::First},
};

//===----------------------------------------------------------------------===//
// The portfolio
//===----------------------------------------------------------------------===//

static Features computeFeatures(const MemoryProblem &problem) {
  std::vector<Section> sections = computeLoads(problem);
  // Row k has the greatest load of 2^k sections from each one on.
  std::vector<std::vector<int64_t>> greatest(1);
  for (const Section &section : sections)
    greatest[0].push_back(section.load);
  for (size_t width = 1; 2 * width <= sections.size(); width *= 2) {
    const std::vector<int64_t> &half = greatest.back();
    std::vector<int64_t> row;
    for (size_t i = 0; i + width < half.size(); ++i)
      row.push_back(std::max(half[i], half[i + width]));
    greatest.push_back(std::move(row));
  }
  auto find = [&](int64_t time) -> size_t {
    return llvm::lower_bound(
               sections, time,
               [](const Section &s, int64_t t) { return s.begin < t; }) -
           sections.begin();
  };
  Features features;
  for (const Buffer &buffer : problem.buffers) {
    size_t first = find(buffer.lifespan.lower),
           end = find(buffer.lifespan.upper);
    unsigned row = Log2_64(end - first);
    features.contention.push_back(std::max(
        greatest[row][first], greatest[row][end - (size_t(1) << row)]));
  }
  return features;
}

std::vector<std::vector<unsigned>>
onnc::splitAtGaps(const MemoryProblem &problem) {
  std::vector<unsigned> all(problem.buffers.size());
  std::iota(all.begin(), all.end(), 0);
  auto lifespan = [&](unsigned i) { return problem.buffers[i].lifespan; };
  llvm::stable_sort(all, [&](unsigned a, unsigned b) {
    return lifespan(a).lower < lifespan(b).lower;
  });
  std::vector<std::vector<unsigned>> parts;
  int64_t end = 0;
  for (unsigned i : all) {
    if (parts.empty() || lifespan(i).lower >= end)
      parts.emplace_back();
    parts.back().push_back(i);
    end = std::max(end, lifespan(i).upper);
  }
  for (std::vector<unsigned> &part : parts)
    llvm::sort(part);
  return parts;
}

/// Places \p part and returns its peak, or nullopt, with the offsets undefined,
/// where that isn't below \p limit.
static std::optional<int64_t> placePart(const MemoryProblem &problem,
                                        const Features &features,
                                        std::vector<unsigned> part,
                                        LiveIndex &index,
                                        const Strategy &strategy, int64_t limit,
                                        std::vector<int64_t> &offsets) {
  llvm::stable_sort(part, [&](unsigned a, unsigned b) {
    bool fixedA = problem.buffers[a].fixedOffset.has_value();
    bool fixedB = problem.buffers[b].fixedOffset.has_value();
    if (fixedA != fixedB)
      return fixedA;
    return strategy.precedes(problem, features, a, b);
  });
  Placement placement(problem, index, offsets);
  int64_t peak = 0;
  for (unsigned which : part) {
    peak = std::max(peak, placement.place(which, strategy.fit));
    if (peak >= limit)
      return std::nullopt;
  }
  return peak;
}

static MemoryPlan plan(const MemoryProblem &problem,
                       ArrayRef<Strategy> candidates) {
  MemoryPlan plan;
  plan.lowerBound = computeLowerBound(problem);
  plan.offsets.resize(problem.buffers.size());
  plan.strategy = candidates.front().name;
  Features features = computeFeatures(problem);
  std::vector<int64_t> attempt(problem.buffers.size());
  for (const std::vector<unsigned> &part : splitAtGaps(problem)) {
    int64_t best = std::numeric_limits<int64_t>::max();
    StringRef winner;
    LiveIndex index(problem, part);
    for (const Strategy &strategy : candidates) {
      auto peak =
          placePart(problem, features, part, index, strategy, best, attempt);
      if (!peak)
        continue;
      best = *peak;
      winner = strategy.name;
      for (unsigned which : part)
        plan.offsets[which] = attempt[which];
      // A lower part can't lower the whole.
      if (best <= std::max(plan.lowerBound, plan.peak))
        break;
    }
    if (best > plan.peak) {
      plan.peak = best;
      plan.strategy = winner;
    }
  }
  return plan;
}

MemoryPlan onnc::planMemory(const MemoryProblem &problem) {
  return plan(problem, strategies);
}

std::vector<StringRef> onnc::getMemoryStrategies() {
  std::vector<StringRef> names;
  for (const Strategy &strategy : strategies)
    names.push_back(strategy.name);
  return names;
}

MemoryPlan onnc::planMemoryWith(StringRef name, const MemoryProblem &problem) {
  const Strategy *strategy = llvm::find_if(
      strategies, [&](const Strategy &s) { return s.name == name; });
  assert(strategy != std::end(strategies) && "not one of the strategies");
  return plan(problem, *strategy);
}
