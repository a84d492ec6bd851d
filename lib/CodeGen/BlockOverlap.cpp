//===- BlockOverlap.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The block is executed with concrete counters; what remains of it are the
/// boxes that it reads and writes, and when.
///
//===----------------------------------------------------------------------===//

#include "BlockOverlap.h"
#include "onnc/CodeGen/TileModel.h"
#include "onnc/CodeGen/TileWalker.h"
#include "onnc/IR/KernelIndexing.h"

using namespace llvm;
using namespace onnc;

namespace {

/// Elements of the source that are read, or of the result that are written.
struct BufferAccess {
  /// In the storage's own coordinates.
  Box box;
  /// When it begins, and when it is over; points in the order of the text.
  int64_t begin = 0;
  int64_t end = std::numeric_limits<int64_t>::max();
  /// Which tile.ForAll, and which of its iterations, it is of; -1: none.
  int64_t loop = -1, iteration = -1;
  /// The computation that does it; -1: a copy.
  int64_t compute = -1;
  /// A read that each element of the result needs of its own place only, before
  /// it is written.
  bool isElementwise = false;
};

/// A computation that uses both where they lie.
struct DirectCompute {
  Graph *kernel;
  unsigned input;
  TileView source, result;
};

class AccessCollector : public TileVisitor {
public:
  AccessCollector(const Value *source, const Value *result,
                  const TileModel *tiles)
      : source(source), result(result), tiles(tiles) {}

  Error enterForAll(tile::ForAllOp) override {
    ++loop;
    isInLoop = true;
    return Error::success();
  }
  Error enterIteration(tile::ForAllOp, ArrayRef<int64_t>,
                       int64_t number) override {
    iteration = number;
    return Error::success();
  }
  Error leaveForAll(tile::ForAllOp) override {
    isInLoop = false;
    return Error::success();
  }
  Error startCopy(tile::CopyStartOp copy, const TileView &from,
                  const TileView &to) override;
  Error waitForCopies(tile::CopyWaitOp wait, ArrayRef<int64_t> copies) override;
  Error compute(tile::ComputeOp compute, ArrayRef<TileView> buffers,
                ArrayRef<Range> over) override;

  std::vector<BufferAccess> reads, writes;
  std::vector<DirectCompute> direct;

private:
  /// Counts what is followed; an error where it becomes too much.
  Error follow();
  Error add(std::vector<BufferAccess> &list, const TileView &view, Box box,
            BufferAccess access);
  const KernelIndexing &getIndexing(Graph *kernel);

  const Value *source, *result;
  const TileModel *tiles;
  DenseMap<Graph *, std::unique_ptr<KernelIndexing>> kernels;
  /// By number of a copy: the index of its read.
  DenseMap<int64_t, size_t> copiedReads;
  int64_t clock = 0, numCopies = 0, numComputes = 0, numFollowed = 0;
  int64_t loop = -1, iteration = -1;
  bool isInLoop = false;
};

} // namespace

/// A block that can't be followed.
static Error refuse(const Twine &why) { return createStringError(why); }

/// A block of more copies and computations moves so many tiles that to follow
/// them takes longer than its bytes are worth.
Error AccessCollector::follow() {
  constexpr int64_t maxFollowed = 1 << 13;
  if (++numFollowed > maxFollowed)
    return refuse("too many tiles");
  return Error::success();
}

Error AccessCollector::add(std::vector<BufferAccess> &list,
                           const TileView &view, Box box, BufferAccess access) {
  if (view.type != tile::getBufferType(view.storage))
    return refuse("another shape");
  box = intersect(box, view.box);
  if (isEmpty(box))
    return Error::success();
  for (auto [range, placed] : zip_equal(box, view.placed))
    range = {range.lo - placed.lo, range.hi - placed.lo};
  access.box = std::move(box);
  if (isInLoop) {
    access.loop = loop;
    access.iteration = iteration;
  }
  list.push_back(std::move(access));
  return Error::success();
}

Error AccessCollector::startCopy(tile::CopyStartOp copy, const TileView &from,
                                 const TileView &to) {
  if (Error error = follow())
    return error;
  int64_t number = numCopies++;
  ++clock;
  if (to.storage == source)
    return refuse("the source is written");
  BufferAccess access;
  access.begin = clock;
  if (from.storage == source) {
    size_t before = reads.size();
    if (Error error = add(reads, from, to.box, access))
      return error;
    if (reads.size() > before)
      copiedReads[number] = before;
  }
  if (to.storage == result)
    return add(writes, to, from.box, access);
  return Error::success();
}

Error AccessCollector::waitForCopies(tile::CopyWaitOp wait,
                                     ArrayRef<int64_t> copies) {
  ++clock;
  for (int64_t number : copies)
    if (auto it = copiedReads.find(number); it != copiedReads.end())
      reads[it->second].end = clock;
  return Error::success();
}

const KernelIndexing &AccessCollector::getIndexing(Graph *kernel) {
  auto &indexing = kernels[kernel];
  if (!indexing)
    indexing = std::make_unique<KernelIndexing>(*kernel);
  return *indexing;
}

/// Whether whatever \p value is computed from of \p input is the element at the
/// same place, which is read once for each element of \p value.
static bool isElementwise(const Value *value, const Value *input) {
  if (value == input || value->isArgument())
    return true;
  const Operation *op = value->getDefiningOp();
  auto dependsOn = [&](auto &self, const Value *v) -> bool {
    if (v == input)
      return true;
    return !v->isArgument() &&
           any_of(v->getDefiningOp()->getOperands(), [&](Value *operand) {
             return operand && self(self, operand);
           });
  };
  std::optional<Indexing> indexing;
  for (auto [i, operand] : enumerate(op->getOperands())) {
    if (!operand || !dependsOn(dependsOn, operand))
      continue;
    if (!indexing)
      indexing = getIndexing(op);
    if (!indexing || value->getIndex() != 0)
      return false;
    // Only the type is read.
    if (!indexing->operands[i])
      continue;
    if (!canWriteInPlace(*indexing, i, getStaticShape(operand),
                         getStaticShape(value)) ||
        !isElementwise(operand, input))
      return false;
  }
  return true;
}

Error AccessCollector::compute(tile::ComputeOp compute,
                               ArrayRef<TileView> buffers,
                               ArrayRef<Range> over) {
  if (Error error = follow())
    return error;
  Graph *kernel = tile::getKernel(compute);
  ArrayRef<TileView> inputs = buffers.take_front(kernel->getNumInputs());
  ArrayRef<TileView> outputs =
      buffers.drop_front(inputs.size()).take_front(kernel->getNumOutputs());
  BufferAccess access;
  access.begin = ++clock;
  access.compute = numComputes++;
  // What is computed is written from the beginning on, and operands are read
  // until the end.
  access.end = ++clock;
  for (const TileView &view : buffers.drop_front(inputs.size()))
    if (view.storage == source)
      return refuse("the source is written");
  for (const TileView &view :
       buffers.drop_front(inputs.size() + outputs.size()))
    if (view.storage == result)
      return refuse("the result is scratch");

  std::optional<KernelBoxes> boxes;
  for (auto [i, view] : enumerate(inputs)) {
    if (view.storage != source)
      continue;
    if (!boxes) {
      SmallVector<Box, 1> wanted;
      for (const TileView &output : outputs)
        wanted.push_back(output.box);
      boxes = getIndexing(kernel).getBoxes(wanted);
    }
    const Box *box = boxes->getBox(kernel->getInput(i));
    if (!box)
      continue;
    BufferAccess read = access;
    if (outputs.size() == 1 && outputs[0].storage == result && over.empty()) {
      direct.push_back({kernel, unsigned(i), view, outputs[0]});
      LeafOrder order =
          tiles ? tiles->getLeafOrder(*kernel, i, view.type, outputs[0].type)
                : LeafOrder::Unknown;
      read.isElementwise =
          order != LeafOrder::Unknown && view.placed == outputs[0].placed &&
          isElementwise(kernel->getOutput(0), kernel->getInput(i));
    }
    if (Error error = add(reads, view, *box, read))
      return error;
  }
  for (const TileView &view : outputs)
    if (view.storage == result)
      if (Error error = add(writes, view, view.box, access))
        return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// In place
//===----------------------------------------------------------------------===//

/// \p read is over when \p write begins.
static bool comesBefore(const BufferAccess &read, const BufferAccess &write) {
  bool areParallel = read.loop >= 0 && read.loop == write.loop &&
                     read.iteration != write.iteration;
  return !areParallel && read.end <= write.begin;
}

/// Wherever the result lies, no byte is read after it was written.
static bool readsBeforeWrites(const AccessCollector &accesses) {
  int64_t lastRead = 0, firstWrite = std::numeric_limits<int64_t>::max();
  for (const BufferAccess &read : accesses.reads)
    lastRead = std::max(lastRead, read.end);
  for (const BufferAccess &write : accesses.writes)
    firstWrite = std::min(firstWrite, write.begin);
  if (lastRead > firstWrite)
    return false;
  // Iterations that run at the same time stand in some order of the text: one
  // alone may do both.
  DenseMap<int64_t, int64_t> iterations;
  constexpr int64_t several = -1;
  for (const BufferAccess &read : accesses.reads)
    if (auto [it, isNew] = iterations.try_emplace(read.loop, read.iteration);
        !isNew && it->second != read.iteration)
      it->second = several;
  return all_of(accesses.writes, [&](const BufferAccess &write) {
    auto it = iterations.find(write.loop);
    return write.loop < 0 || it == iterations.end() ||
           it->second == write.iteration;
  });
}

static bool overlap(ArrayRef<Range> a, ArrayRef<Range> b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].hi <= b[i].lo || b[i].hi <= a[i].lo)
      return false;
  return true;
}

/// Nothing is read behind, or at the same time as, what is written at its
/// place.
static bool isInPlace(const AccessCollector &accesses) {
  // More pairs take longer than they are worth.
  constexpr size_t maxPairs = 1 << 22;
  if (accesses.reads.size() * accesses.writes.size() > maxPairs)
    return false;
  for (const BufferAccess &read : accesses.reads)
    for (const BufferAccess &write : accesses.writes) {
      if (!overlap(read.box, write.box) || comesBefore(read, write))
        continue;
      bool isOne = read.compute >= 0 && read.compute == write.compute;
      if (!isOne || !read.isElementwise)
        return false;
    }
  return true;
}

/// Elements of the same index are the same bytes.
static bool haveEqualPlaces(BufferType a, BufferType b) {
  return a.getShape() == b.getShape() &&
         a.getLayout().str() == b.getLayout().str() &&
         getBitWidth(a.getElementType()) == getBitWidth(b.getElementType());
}

//===----------------------------------------------------------------------===//
// At a distance
//===----------------------------------------------------------------------===//

namespace {
/// Where the elements of a view lie, in bytes from the beginning of its
/// storage.
class Addresses {
public:
  explicit Addresses(const TileView &view)
      : view(view),
        strides(view.type.getLayout().getStrides(view.type.getShape())),
        bytes(getBitWidth(view.type.getElementType()) / 8) {}

  /// The first byte of the first element of \p box.
  int64_t getBegin(ArrayRef<Range> box) const {
    int64_t address = 0;
    for (size_t d = 0; d < box.size(); ++d)
      address += (box[d].lo - view.placed[d].lo) * strides[d];
    return address * bytes;
  }
  /// Behind the last byte of the last.
  int64_t getEnd(ArrayRef<Range> box) const {
    int64_t address = 1;
    for (size_t d = 0; d < box.size(); ++d)
      address += (box[d].hi - 1 - view.placed[d].lo) * strides[d];
    return address * bytes;
  }

private:
  const TileView &view;
  SmallVector<int64_t, 6> strides;
  int64_t bytes;
};

/// How far the result of one computation may lie before its source.
class DistanceFinder {
public:
  DistanceFinder(const DirectCompute &compute)
      : compute(compute), indexing(*compute.kernel),
        order(compute.result.type.getLayout().getOrder()) {}

  std::optional<StorageOverlap> find(LeafOrder leaf);

private:
  bool hasOwnLanes() const;
  const Box *getRead(ArrayRef<Range> box, KernelBoxes &boxes) const {
    boxes = indexing.getBoxes({Box(box)});
    return boxes.getBox(compute.kernel->getInput(compute.input));
  }
  int64_t findDistance(bool byLane) const;

  const DirectCompute &compute;
  KernelIndexing indexing;
  SmallVector<unsigned, 6> order;
};
} // namespace

/// Whether both have the same lanes at the same places, and each is computed
/// from itself.
bool DistanceFinder::hasOwnLanes() const {
  const TileView &from = compute.source, &to = compute.result;
  if (order.empty() || from.placed.size() != to.placed.size() ||
      from.type.getLayout().getOrder().back() != order.back() ||
      getBitWidth(from.type.getElementType()) !=
          getBitWidth(to.type.getElementType()))
    return false;
  unsigned lane = order.back();
  Range all = {0, to.type.getShape()[lane]};
  constexpr int64_t maxLanes = 4096;
  if (all.size() > maxLanes || from.placed[lane] != all ||
      to.placed[lane] != all || to.box[lane] != all || from.box[lane] != all)
    return false;
  for (int64_t i = 0; i < all.hi; ++i) {
    Box box = to.box;
    box[lane] = {i, i + 1};
    KernelBoxes boxes;
    const Box *read = getRead(box, boxes);
    if (read && !box[lane].contains((*read)[lane]))
      return false;
  }
  return true;
}

/// Rows of the result are walked from the last to the first: whatever is read
/// for a row or one behind it must not lie before the end of that row. Within a
/// row, its last element may have been written before its first one is
/// computed; so rows are short.
int64_t DistanceFinder::findDistance(bool byLane) const {
  const Box &whole = compute.result.box;
  // The dimensions that are walked; the others are a row.
  constexpr int64_t maxRows = 1 << 13;
  unsigned numWalked = order.size();
  int64_t rows = getVolume(whole);
  auto drop = [&] { rows /= whole[order[--numWalked]].size(); };
  // Elements of different lanes don't touch each other.
  if (byLane)
    drop();
  bool isExact = true;
  while (numWalked && rows > maxRows) {
    isExact = false;
    drop();
  }

  Addresses from(compute.source), to(compute.result);
  int64_t least = std::numeric_limits<int64_t>::max(), distance = 0;
  Box box = whole;
  for (int64_t row = rows - 1; row >= 0; --row) {
    int64_t rest = row;
    for (unsigned k = numWalked; k-- > 0;) {
      Range all = whole[order[k]];
      int64_t at = all.lo + rest % all.size();
      box[order[k]] = {at, at + 1};
      rest /= all.size();
    }
    KernelBoxes boxes;
    const Box *read = getRead(box, boxes);
    auto takeRead = [&] {
      if (read)
        least = std::min(least,
                         from.getBegin(intersect(*read, compute.source.box)));
    };
    if (!isExact)
      takeRead();
    if (least != std::numeric_limits<int64_t>::max())
      distance = std::max(distance, to.getEnd(box) - least);
    if (isExact)
      takeRead();
  }
  return distance;
}

std::optional<StorageOverlap> DistanceFinder::find(LeafOrder leaf) {
  for (BufferType type : {compute.source.type, compute.result.type})
    if (!type.getLayout().getBlocks().empty() ||
        getBitWidth(type.getElementType()) % 8)
      return std::nullopt;
  if (leaf == LeafOrder::Storage)
    return StorageOverlap{findDistance(/*byLane=*/false), 1};
  if (leaf != LeafOrder::Lane || !hasOwnLanes())
    return std::nullopt;
  int64_t pitch = compute.result.type.getShape()[order.back()] *
                  (getBitWidth(compute.result.type.getElementType()) / 8);
  return StorageOverlap{int64_t(alignTo(findDistance(/*byLane=*/true), pitch)),
                        pitch};
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

std::optional<StorageOverlap> onnc::getBlockOverlap(tile::BlockOp block,
                                                    unsigned result,
                                                    unsigned source,
                                                    const TileModel *tiles) {
  BufferType to = tile::getBufferType(block->getOperand(result));
  BufferType from = tile::getBufferType(block->getOperand(source));
  Region &body = block->getRegion();
  AccessCollector accesses(body.getArgument(source), body.getArgument(result),
                           tiles);
  if (Error error = walkTiles(block, accesses)) {
    consumeError(std::move(error));
    return std::nullopt;
  }
  if (accesses.writes.empty())
    return std::nullopt;
  if (readsBeforeWrites(accesses))
    return StorageOverlap{0, 1};
  if (haveEqualPlaces(from, to) && isInPlace(accesses))
    return StorageOverlap{0, 0};
  // One computation that does all.
  if (!tiles || accesses.reads.size() != 1 || accesses.writes.size() != 1 ||
      accesses.direct.size() != 1 ||
      accesses.reads[0].compute != accesses.writes[0].compute)
    return std::nullopt;
  const DirectCompute &compute = accesses.direct[0];
  return DistanceFinder(compute).find(
      tiles->getLeafOrder(*compute.kernel, compute.input, compute.source.type,
                          compute.result.type));
}
