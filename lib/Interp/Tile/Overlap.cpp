//===- Overlap.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Overlap.h"
#include "../Kernel.h"
#include "Checker.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {

/// Checks one output.
class OverlapChecker {
public:
  OverlapChecker(const KernelIndexing &indexing, ArrayRef<TileView> sources,
                 ArrayRef<TileView> targets, unsigned output,
                 ArrayRef<Range> over)
      : indexing(indexing), sources(sources), targets(targets), output(output),
        over(over) {}

  Error run(ArrayRef<Box> boxes);

private:
  const TileView &getTarget() const { return targets[output]; }
  /// The elements \p box of the output need these of the inputs.
  KernelBoxes getReads(const Box &box) const;
  const Box *getRead(const KernelBoxes &reads, unsigned input) const {
    return reads.getBox(indexing.getKernel().getInput(input));
  }
  /// Each element is read where it is written, or later: most of what shares
  /// storage, and settled without looking at elements.
  bool isInPlace(unsigned input) const;
  Error check(const Box &box);
  Error checkElement(const Box &element, const KernelBoxes &reads);
  Error checkEarlier(unsigned earlier, const Box &written, const Box &box);

  const KernelIndexing &indexing;
  const ArrayRef<TileView> sources, targets;
  const unsigned output;
  const ArrayRef<Range> over;
  /// The inputs that share bytes with the output.
  SmallVector<unsigned, 2> inputs;
  Box whole;
  /// The grains that are written, from the first one on.
  int64_t firstGrain = 0;
  BitVector written;
};

} // namespace

/// Where the element of \p box with the lowest address begins, or the one with
/// the highest, in bits: offsets grow with every index, in blocked layouts too.
static int64_t getCorner(const TileView &view, ArrayRef<Range> box,
                         bool highest) {
  int64_t place = view.base;
  for (auto [d, range] : enumerate(box))
    place +=
        view.array
            ->offsets[d][(highest ? range.hi - 1 : range.lo) - view.origin[d]];
  return view.storage->getBit(place);
}

/// Does an iteration read of operand \p operand the element that it writes?
static bool readsOwnElement(const Indexing &indexing, unsigned operand) {
  const auto &access = indexing.operands[operand];
  if (!access || indexing.results.size() != 1 ||
      access->size() != indexing.results[0].size())
    return false;
  return all_of(zip_equal(*access, indexing.results[0]), [](auto pair) {
    const auto &[read, written] = pair;
    auto dim = read.getSingleDim();
    return dim && dim == written.getSingleDim() &&
           read.constant == written.constant;
  });
}

/// Is every element of the outputs computed from no other element of input
/// \p input than that at its own coordinates?
static bool isElementwise(const KernelIndexing &indexing, unsigned input) {
  SmallPtrSet<const Value *, 4> from = {indexing.getKernel().getInput(input)};
  for (const KernelIndexing::Step &step : indexing.getSteps())
    for (auto [i, operand] : enumerate(step.op->getOperands())) {
      if (!operand || !from.contains(operand))
        continue;
      if (!step.indexing || !readsOwnElement(*step.indexing, i))
        return false;
      from.insert(step.op->getResult());
    }
  return true;
}

bool OverlapChecker::isInPlace(unsigned input) const {
  const TileView &source = sources[input], &target = getTarget();
  if (source.storage->getBits() != target.storage->getBits() ||
      source.array->extents != target.array->extents ||
      source.array->offsets != target.array->offsets ||
      !isElementwise(indexing, input))
    return false;
  // The same coordinates lie as far apart everywhere.
  return source.origin == target.origin &&
         source.storage->getByte(source.base) >=
             target.storage->getByte(target.base);
}

KernelBoxes OverlapChecker::getReads(const Box &box) const {
  std::vector<Box> outputs;
  for (const TileView &target : targets)
    outputs.push_back(Box(target.domain.size()));
  outputs[output] = box;
  return indexing.getBoxes(outputs, over);
}

Error OverlapChecker::run(ArrayRef<Box> boxes) {
  const TileView &target = getTarget();
  whole = boxes[output];
  if (!target.storage->arena || isEmpty(whole))
    return Error::success();
  for (unsigned i = 0; i != output; ++i)
    if (Error error = checkEarlier(i, boxes[i], whole))
      return error;
  for (auto [i, source] : enumerate(sources))
    if (source.storage != target.storage &&
        source.storage->meets(*target.storage) && !isInPlace(i))
      inputs.push_back(i);
  if (inputs.empty())
    return Error::success();
  firstGrain = target.storage->arena->getGrainOf(
      getCorner(target, whole, /*highest=*/false) / 8);
  forEachGrain(target, whole, [&](int64_t, int64_t grain) {
    const size_t i = grain - firstGrain;
    if (i >= written.size())
      written.resize(std::max(i + 1, 2 * size_t(written.size())));
    written.set(i);
    return true;
  });
  return check(whole);
}

Error OverlapChecker::checkEarlier(unsigned earlier, const Box &written,
                                   const Box &box) {
  if (isEmpty(written))
    return Error::success();
  const KernelBoxes reads = getReads(box);
  for (auto [i, source] : enumerate(sources)) {
    const Box *read = getRead(reads, i);
    if (read && source.storage->meets(*targets[earlier].storage) &&
        overlap(targets[earlier], written, source, *read))
      return fail("writes " + targets[earlier].describe() +
                  " over elements of " + source.describe() + " that " +
                  getTarget().describe() + " is computed from");
  }
  return Error::success();
}

Error OverlapChecker::check(const Box &box) {
  // What these elements read lies nowhere below the last of them: none of them
  // is written over what a later one reads.
  const TileView &target = getTarget();
  const KernelBoxes reads = getReads(box);
  const int64_t last = getCorner(target, box, /*highest=*/true);
  if (all_of(inputs, [&](unsigned i) {
        const Box *read = getRead(reads, i);
        return !read || getCorner(sources[i], *read, false) >= last;
      }))
    return Error::success();
  // Cut across the dimension that is laid out furthest.
  std::optional<unsigned> cut;
  int64_t furthest = 0;
  for (auto [d, range] : enumerate(box)) {
    const auto &offsets = target.array->offsets[d];
    const int64_t extent = offsets[range.hi - 1 - target.origin[d]] -
                           offsets[range.lo - target.origin[d]];
    if (extent > furthest) {
      furthest = extent;
      cut = d;
    }
  }
  if (!cut)
    return checkElement(box, reads);
  Box lower = box, upper = box;
  lower[*cut].hi = upper[*cut].lo = box[*cut].lo + box[*cut].size() / 2;
  if (Error error = check(lower))
    return error;
  return check(upper);
}

Error OverlapChecker::checkElement(const Box &element,
                                   const KernelBoxes &reads) {
  const TileView &target = getTarget();
  const int64_t own = getCorner(target, element, false);
  for (unsigned input : inputs) {
    const Box *read = getRead(reads, input);
    if (!read)
      continue;
    const TileView &source = sources[input];
    const Arena &arena = *source.storage->arena;
    const int64_t bits = source.storage->getBits();
    int64_t lost = -1, at = 0;
    forEachRow(
        source, *read,
        [&](int64_t i, const int64_t *places, int64_t place, Tag, int64_t,
            int64_t count) {
          for (int64_t j = 0; j != count && lost < 0; ++j) {
            // Of the element's bytes, those that lie before this one.
            const int64_t bit = source.storage->getBit(place + places[j]),
                          end = std::min(bit + bits, own);
            for (int64_t g = std::max(arena.getGrainOf(bit / 8), firstGrain);
                 bit < end && g <= arena.getGrainOf((end - 1) / 8); ++g)
              if (written[g - firstGrain]) {
                lost = i + j;
                at = g;
              }
          }
        });
    if (lost < 0)
      continue;
    int64_t by = 0;
    forEachGrain(target, whole, [&](int64_t i, int64_t grain) {
      by = i;
      return grain != at;
    });
    return fail("writes element " + interp::toText(whole, by) + " of " +
                target.describe() + " over element " +
                interp::toText(*read, lost) + " of " + source.describe() +
                ", which " + interp::toText(element, 0) + " is computed from");
  }
  return Error::success();
}

Error interp::checkOverlap(const KernelIndexing &indexing,
                           ArrayRef<TileView> sources,
                           ArrayRef<TileView> targets, ArrayRef<Box> boxes,
                           ArrayRef<Range> over) {
  for (unsigned i = 0; i != targets.size(); ++i)
    if (Error error =
            OverlapChecker(indexing, sources, targets, i, over).run(boxes))
      return error;
  return Error::success();
}
