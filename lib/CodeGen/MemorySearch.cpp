//===- MemorySearch.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemorySearch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>
#include <tuple>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// The question
//===----------------------------------------------------------------------===//

/// The alignment that every offset has, fixed ones included.
static int64_t getCommonAlignment(ArrayRef<Buffer> buffers) {
  int64_t common = std::numeric_limits<int64_t>::max();
  for (const Buffer &b : buffers) {
    int64_t fixed = b.fixedOffset.value_or(0);
    common = std::min(common, fixed ? fixed & -fixed : b.alignment);
  }
  return common;
}

int64_t MemoryFit::computeUnit(ArrayRef<Buffer> buffers) {
  int64_t common = getCommonAlignment(buffers);
  int64_t unit = 0;
  for (const Buffer &b : buffers) {
    unit = std::gcd(unit, static_cast<int64_t>(alignTo(b.size, common)));
    unit = std::gcd(unit, b.fixedOffset.value_or(0));
  }
  // Of an alignment and the unit, one divides the other in the end.
  for (const Buffer &b : buffers)
    if (unit % b.alignment != 0)
      unit = std::gcd(unit, b.alignment);
  return unit;
}

/// Points in time at which the sets of live buffers are maximal: those just
/// before a first death after a birth. \p order is by birth.
static std::vector<int64_t> findSections(ArrayRef<Buffer> buffers,
                                         ArrayRef<unsigned> order) {
  std::vector<int64_t> deaths;
  for (const Buffer &b : buffers)
    deaths.push_back(b.lifespan.upper);
  llvm::sort(deaths);
  std::vector<int64_t> points;
  auto death = deaths.begin();
  for (auto [i, index] : enumerate(order)) {
    int64_t birth = buffers[index].lifespan.lower;
    while (*death <= birth)
      ++death;
    if (i + 1 == order.size() || *death <= buffers[order[i + 1]].lifespan.lower)
      points.push_back(birth);
  }
  return points;
}

MemoryFit::MemoryFit(ArrayRef<Buffer> buffers, int64_t capacity)
    : bufferOf(buffers.size()) {
  std::iota(bufferOf.begin(), bufferOf.end(), 0);
  llvm::stable_sort(bufferOf, [&](unsigned a, unsigned b) {
    return buffers[a].lifespan.lower < buffers[b].lifespan.lower;
  });
  int64_t common = getCommonAlignment(buffers);
  unit = computeUnit(buffers);
  std::vector<int64_t> points = findSections(buffers, bufferOf);
  limits.assign(points.size(), 0);
  using Kind = std::tuple<unsigned, unsigned, int64_t, int64_t, int64_t>;
  std::map<Kind, unsigned> kinds;
  for (unsigned index : bufferOf) {
    const Buffer &b = buffers[index];
    Item item;
    item.begin = llvm::lower_bound(points, b.lifespan.lower) - points.begin();
    item.end = llvm::lower_bound(points, b.lifespan.upper) - points.begin();
    item.size = alignTo(b.size, common) / unit;
    item.alignment = unit % b.alignment == 0 ? 1 : b.alignment / unit;
    item.release = b.fixedOffset.value_or(0) / unit;
    item.latest =
        capacity < b.size
            ? -1
            : std::min((capacity - b.size) / unit,
                       b.fixedOffset ? item.release
                                     : std::numeric_limits<int64_t>::max());
    item.kind = kinds
                    .try_emplace({item.begin, item.end, item.size,
                                  item.alignment, item.latest},
                                 items.size())
                    .first->second;
    if (b.fixedOffset)
      item.kind = items.size();
    for (unsigned s = item.begin; s != item.end; ++s)
      limits[s] = std::max(limits[s], item.latest + item.size);
    items.push_back(std::move(item));
  }
  for (unsigned i = 0; i != items.size(); ++i)
    for (unsigned j = i + 1; j != items.size(); ++j) {
      if (items[j].begin >= items[i].end)
        break;
      items[i].neighbors.push_back(j);
      items[j].neighbors.push_back(i);
    }
}

//===----------------------------------------------------------------------===//
// The state
//===----------------------------------------------------------------------===//

MemorySearch::MemorySearch(const MemoryFit &fit, SearchStrategy strategy)
    : fit(fit), items(fit.getItems()), strategy(strategy),
      earliest(items.size()), offsets(items.size()), rank(items.size()),
      placed(items.size()), members(fit.getNumSections()),
      numRest(fit.getNumSections()), floors(fit.getNumSections()),
      load(fit.getNumSections()), weights(fit.getNumSections(), 1) {
  for (auto [i, item] : enumerate(items)) {
    earliest[i] = item.release;
    for (unsigned s = item.begin; s != item.end; ++s) {
      members[s].push_back(i);
      ++numRest[s];
      load[s] += item.size;
    }
  }
  std::vector<unsigned> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  auto key = [&](unsigned i) {
    int64_t length = items[i].end - items[i].begin, size = items[i].size;
    return strategy.order == SearchStrategy::Order::Longest
               ? std::pair(length, size)
               : std::pair(size, length);
  };
  llvm::stable_sort(order,
                    [&](unsigned a, unsigned b) { return key(a) > key(b); });
  for (auto [position, i] : enumerate(order))
    rank[i] = position;
}

void MemorySearch::undo(size_t size) {
  while (trail.size() > size) {
    auto [kind, index, old] = trail.back();
    trail.pop_back();
    switch (kind) {
    case Change::Earliest:
      earliest[index] = old;
      break;
    case Change::Floor:
      floors[index] = old;
      break;
    case Change::Placed:
      // It is the last that was moved behind the rest.
      placed[index] = false;
      for (unsigned s = items[index].begin; s != items[index].end; ++s) {
        ++numRest[s];
        load[s] += items[index].size;
      }
      break;
    }
  }
}

/// Whether what is left in \p section can't end below its limit: the buffers
/// one after the other, each when its earliest offset comes, is the relaxation
/// to one machine with release dates. Sorts them by earliest offset.
bool MemorySearch::overflows(unsigned section) {
  MutableArrayRef<unsigned> rest =
      MutableArrayRef(members[section]).take_front(numRest[section]);
  // Few are out of order since the last time.
  for (size_t i = 1; i < rest.size(); ++i) {
    unsigned item = rest[i];
    size_t j = i;
    for (; j != 0 && earliest[rest[j - 1]] > earliest[item]; --j)
      rest[j] = rest[j - 1];
    rest[j] = item;
  }
  int64_t end = 0;
  for (unsigned item : rest)
    end = std::max(end, earliest[item]) + items[item].size;
  return end > fit.getLimit(section);
}

/// Raises the floor to where the lowest buffer can start. False where the
/// section can't hold what is left.
bool MemorySearch::refreshSection(unsigned section) {
  int64_t lowest = std::numeric_limits<int64_t>::max(), highest = 0;
  for (unsigned item : getRest(section)) {
    lowest = std::min(lowest, earliest[item]);
    highest = std::max(highest, earliest[item]);
  }
  if (numRest[section] == 0)
    return true;
  if (lowest > floors[section]) {
    trail.push_back({Change::Floor, section, floors[section]});
    floors[section] = lowest;
  }
  int64_t limit = fit.getLimit(section);
  if (highest + load[section] <= limit)
    return true;
  if (lowest + load[section] <= limit && !overflows(section))
    return true;
  ++weights[section];
  return false;
}

bool MemorySearch::refresh(unsigned begin, unsigned end) {
  for (unsigned s = begin; s != end; ++s)
    if (!refreshSection(s))
      return false;
  return true;
}

/// \p item starts at \p offset or, aligned, above. False where it can't.
bool MemorySearch::liftNeighbor(unsigned item, int64_t offset) {
  int64_t alignment = items[item].alignment;
  if (alignment != 1)
    offset = alignTo(offset, alignment);
  trail.push_back({Change::Earliest, item, earliest[item]});
  earliest[item] = offset;
  return offset <= items[item].latest;
}

/// Puts \p item at its earliest offset. False where the rest can't follow.
bool MemorySearch::place(unsigned item) {
  const MemoryFit::Item &placing = items[item];
  offsets[item] = earliest[item];
  int64_t top = earliest[item] + placing.size;
  placed[item] = true;
  trail.push_back({Change::Placed, item, 0});
  for (unsigned s = placing.begin; s != placing.end; ++s) {
    trail.push_back({Change::Floor, s, floors[s]});
    floors[s] = top;
    load[s] -= placing.size;
    auto *it = llvm::find(members[s], item);
    std::swap(*it, members[s][--numRest[s]]);
  }
  unsigned begin = placing.begin, end = placing.end;
  for (unsigned other : placing.neighbors) {
    if (placed[other] || earliest[other] >= top)
      continue;
    if (!liftNeighbor(other, top))
      return false;
    begin = std::min(begin, items[other].begin);
    end = std::max(end, items[other].end);
  }
  return refresh(begin, end);
}

/// Leaves the space below \p floor in \p section empty.
bool MemorySearch::raiseFloor(unsigned section, int64_t floor) {
  trail.push_back({Change::Floor, section, floors[section]});
  floors[section] = floor;
  unsigned begin = section, end = section + 1;
  for (unsigned other : getRest(section)) {
    if (earliest[other] >= floor)
      continue;
    if (!liftNeighbor(other, floor))
      return false;
    begin = std::min(begin, items[other].begin);
    end = std::max(end, items[other].end);
  }
  return refresh(begin, end);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

double MemorySearch::rate(unsigned section) const {
  int64_t slack = fit.getLimit(section) - floors[section] - load[section];
  double weight = weights[section];
  if (strategy.section == SearchStrategy::Section::LeastSlack)
    return static_cast<double>(slack + 1) / weight;
  auto choices = llvm::count_if(getRest(section), [&](unsigned item) {
    return earliest[item] == floors[section];
  });
  // Of equals the tightest; one byte of slack never outweighs a choice.
  double tie = static_cast<double>(slack) /
               static_cast<double>(fit.getLimit(section) + 1);
  return (static_cast<double>(choices) + tie * 1e-3) / weight;
}

/// The best section of the valleys between \p begin and \p end, which all have
/// something left to place.
unsigned MemorySearch::chooseSection(unsigned begin, unsigned end) const {
  unsigned best = end;
  double bestRate = 0;
  for (unsigned first = begin, last; first != end; first = last) {
    last = first + 1;
    while (last != end && floors[last] == floors[first])
      ++last;
    bool openLeft = first != begin && floors[first - 1] < floors[first];
    bool openRight = last != end && floors[last] < floors[first];
    if (openLeft || openRight)
      continue;
    for (unsigned s = first; s != last; ++s) {
      double r = rate(s);
      if (best != end && r >= bestRate)
        continue;
      best = s;
      bestRate = r;
    }
  }
  assert(best != end && "there is always a valley");
  return best;
}

/// What can start at the floor of \p section, one of each kind.
void MemorySearch::collectChoices(unsigned section,
                                  SmallVectorImpl<unsigned> &choices) const {
  for (unsigned item : getRest(section))
    if (earliest[item] == floors[section])
      choices.push_back(item);
  // A kind is named by the first of it.
  auto key = [&](unsigned i) { return std::pair(rank[items[i].kind], i); };
  llvm::sort(choices, [&](unsigned a, unsigned b) { return key(a) < key(b); });
  choices.erase(llvm::unique(choices,
                             [&](unsigned a, unsigned b) {
                               return items[a].kind == items[b].kind;
                             }),
                choices.end());
}

/// Where the next buffer of \p section can start if none starts at its floor:
/// at the earliest offset of one that can't, or on something that goes below
/// one that could.
int64_t MemorySearch::findNextFloor(unsigned section) const {
  int64_t next = std::numeric_limits<int64_t>::max();
  for (unsigned item : getRest(section)) {
    if (earliest[item] > floors[section]) {
      next = std::min(next, earliest[item]);
      continue;
    }
    for (unsigned below : items[item].neighbors) {
      bool besides =
          items[below].end <= section || section < items[below].begin;
      if (besides && !placed[below])
        next = std::min(next, earliest[below] + items[below].size);
    }
  }
  return next;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

static uint64_t mix(uint64_t x) {
  // The finalizer of SplitMix64.
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// 128 bits, so that two states never meet in practice.
MemorySearch::StateKey MemorySearch::hashState(Items part, unsigned begin,
                                               unsigned end) const {
  StateKey key(0, 0);
  auto add = [&](uint64_t what, uint64_t value) {
    uint64_t h = mix(what * 0x9e3779b97f4a7c15 + value);
    key.first += h;
    key.second += mix(h ^ 0xd1b54a32d192ed03);
  };
  for (unsigned item : part)
    if (!placed[item])
      add(2 * uint64_t(item) + 1, 0);
  for (unsigned s = begin; s != end; ++s)
    add(2 * uint64_t(s) + 2, floors[s]);
  return key;
}

bool MemorySearch::isOutOfNodes() {
  constexpr int64_t period = 64;
  ++numNodes;
  return numNodes > nodeLimit || (numNodes % period == 0 && stop());
}

/// Tries what can start at the floor of \p section. Found leaves the state as
/// the solution left it, otherwise it is as before.
MemorySearch::Result MemorySearch::tryChoices(unsigned section, Items part) {
  SmallVector<unsigned, 8> choices;
  collectChoices(section, choices);
  size_t mark = trail.size();
  for (unsigned choice : choices) {
    Result result = place(choice) ? searchParts(part) : Result::Exhausted;
    if (result == Result::Found)
      return result;
    undo(mark);
    if (result == Result::Stopped)
      return result;
  }
  return Result::Exhausted;
}

/// Places what is left in \p part, all in the sections from \p begin to \p end
/// and connected in time.
MemorySearch::Result MemorySearch::search(Items part, unsigned begin,
                                          unsigned end) {
  size_t mark = trail.size();
  SmallVector<StateKey, 2> states;
  Result result = Result::Exhausted;
  while (true) {
    if (isOutOfNodes()) {
      result = Result::Stopped;
      break;
    }
    StateKey state = hashState(part, begin, end);
    if (failures.contains(state))
      break;
    states.push_back(state);
    unsigned section = chooseSection(begin, end);
    result = tryChoices(section, part);
    if (result != Result::Exhausted)
      break;
    int64_t floor = findNextFloor(section);
    if (floor == std::numeric_limits<int64_t>::max() ||
        !raiseFloor(section, floor))
      break;
  }
  if (result == Result::Found)
    return result;
  undo(mark);
  if (result == Result::Exhausted) {
    // 32 MB of them at most.
    constexpr unsigned maxFailures = 1 << 20;
    if (failures.size() > maxFailures)
      failures.clear();
    failures.insert(states.begin(), states.end());
  }
  return result;
}

/// Splits what is left in \p all, which is in order of birth, where nothing
/// spans, and searches the smallest part first. Where one fails, the caller
/// undoes what those before it did.
MemorySearch::Result MemorySearch::searchParts(Items all) {
  struct Part {
    size_t first, last; ///< positions
    size_t numRest;
    unsigned begin, end; ///< sections
  };
  SmallVector<Part, 4> parts;
  for (auto [position, item] : enumerate(all)) {
    if (placed[item])
      continue;
    if (parts.empty() || items[item].begin >= parts.back().end)
      parts.push_back({position, position, 0, items[item].begin, 0});
    Part &part = parts.back();
    part.last = position;
    part.end = std::max(part.end, items[item].end);
    ++part.numRest;
  }
  if (parts.size() > 1)
    llvm::stable_sort(parts, [](const Part &a, const Part &b) {
      return a.numRest < b.numRest;
    });
  std::vector<unsigned> rest;
  for (const Part &part : parts) {
    // With nothing beside it, the last one is where it can be.
    if (part.numRest == 1) {
      offsets[all[part.first]] = earliest[all[part.first]];
      continue;
    }
    // Looking at what is placed again and again costs more than a copy.
    Items slice = all.slice(part.first, part.last - part.first + 1);
    if (part.numRest < slice.size() / 2) {
      rest.clear();
      llvm::copy_if(slice, std::back_inserter(rest),
                    [&](unsigned item) { return !placed[item]; });
      slice = rest;
    }
    Result result = search(slice, part.begin, part.end);
    if (result != Result::Found)
      return result;
  }
  return Result::Found;
}

MemorySearch::Result MemorySearch::run(int64_t maxNodes,
                                       function_ref<bool()> shouldStop) {
  undo(0);
  stop = shouldStop;
  nodeLimit = numNodes + maxNodes;
  if (any_of(items, [](const MemoryFit::Item &item) {
        return item.latest < item.release;
      }))
    return Result::Exhausted;
  if (!refresh(0, fit.getNumSections()))
    return Result::Exhausted;
  std::vector<unsigned> all(items.size());
  std::iota(all.begin(), all.end(), 0);
  return searchParts(all);
}
