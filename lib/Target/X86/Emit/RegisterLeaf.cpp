//===- RegisterLeaf.cpp - Products and windows by register tiles ----------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A register tile is `pixels` × `vectors` accumulators: neighbours along one
/// dimension of the result, and vectors of neighbours along another. All that
/// is summed into them stays in registers; what is behind the root is computed
/// from them before they are stored.
///
///   for vectors of channels                 weights below in L1 or L2
///     for blocks of summed channels         partial sums in the output
///       for rows                            which taps of the window lie
///       inside
///         for tiles of a row                the same question, answered here
///           for channels, taps: accumulate
///
/// Where a window hangs over the edge, rows skip taps by the bounds of their
/// loops, and tiles at the ends of a row have code of their own.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "llvm/IR/InlineAsm.h"
#include <cmath>

using namespace onnc;
using namespace onnc::x86;
using llvm::ArrayRef;

namespace {

/// Tiles of a row that the same code computes.
struct PixelTiles {
  IRRange starts;
  unsigned size;
  /// By tap of the window along the row, then pixel: does it lie inside?
  std::vector<std::vector<bool>> inside;
  /// Taps that count for the mean of a pixel.
  std::vector<int64_t> counts;
};

class RegisterLeaf {
public:
  RegisterLeaf(const LeafTask &task, const RegisterPlan &plan);
  void emit();

private:
  struct Pass {
    IRRange chunks;
    int64_t size;
    IRValue *isFirst, *isLast;
  };
  /// Channel \c channel + \c offset of a chunk, whose channel 0 lies at \c base
  /// for the first pixel.
  struct Step {
    IRValue *chunk, *channel;
    int64_t offset;
    IRValue *base;
  };
  struct Group {
    IRValue *start;
    unsigned vectors;
    /// Lanes of the only vector that hold elements; 0: all.
    unsigned tail;
  };

  // Shapes of tiles.
  bool canFlatten() const;
  void choosePixels();
  void chooseVectors();
  bool isInside(unsigned tap, int64_t pixel) const;
  PixelTiles describeTile(int64_t start, int64_t size) const;
  std::vector<PixelTiles> getStaticTiles(int64_t extent) const;

  // Loops, outermost first.
  void emitOuter(ArrayRef<unsigned> dims);
  void emitGroups();
  void emitPasses(const Group &group);
  void emitRows(const Group &group, const Pass &pass, ArrayRef<unsigned> dims);
  void emitRow(const Group &group, const Pass &pass);
  void emitTile(const Group &group, const Pass &pass, const PixelTiles &tile,
                IRValue *start);
  IRValues emitTaps(const Group &group, const Pass &pass,
                    const PixelTiles &tile, IRValue *chunk, IRValues sums,
                    llvm::SmallVector<IRValue *, 3> taps, unsigned window);
  IRValues emitChannels(const Group &group, const Pass &pass,
                        const PixelTiles &tile, IRValue *chunk,
                        ArrayRef<IRValue *> taps, unsigned tap, IRValues sums);

  void emitStep(const Group &group, const PixelTiles &tile, const Step &step,
                ArrayRef<IRValue *> taps, const std::vector<bool> &inside,
                IRValues &sums);

  // Operands.
  IRValue *getChannelOffset(const Operand &x, unsigned dim, IRValue *chunk);
  int64_t getChannelStride(const Operand &x, unsigned dim) const;
  IRValue *getInputBase(const Group &group, IRValue *chunk,
                        ArrayRef<IRValue *> taps);
  IRValue *loadWeights(const Group &group, unsigned vector, IRValue *chunk,
                       IRValue *channel, ArrayRef<IRValue *> taps);
  IRValue *loadScalar(const Step &step, unsigned pixel);
  IRValue *loadInput(const Group &group, unsigned vector, unsigned pixel,
                     ArrayRef<IRValue *> taps);
  IRValue *loadVector(const Operand &x, ArrayRef<Coord> coords, unsigned count);

  IRValue *hide(IRValue *pointer);
  bool shouldPrefetch() const;

  // Results.
  Coords getCoords(const Group &group, unsigned vector, IRValue *pixel) const;
  IRValue *getScale(const PixelTiles &tile, unsigned pixel);
  void finish(const Group &group, const PixelTiles &tile, IRValue *start,
              ArrayRef<IRValue *> sums);
  void storeResult(ArrayRef<Coord> coords, IRValue *sum, unsigned tail);
  IRValue *finishRoot(IRValue *sum, ArrayRef<Coord> coords);

  bool isConv() const { return root.getName() == "onnx.Conv"; }
  bool isPool() const { return plan.perChannel && !isConv(); }
  bool isMean() const { return root.getName().contains("Average"); }
  const Window &getPixelWindow() const { return plan.windows.back(); }

  const LeafTask &task;
  LeafBuilder &b;
  RegisterPlan plan;
  const Operation &root;
  ElementEmitter elements;
  Operand x, w;
  /// The dimensions of operands 0 and 1 that are summed over.
  unsigned xChannels = 1, wChannels = 1, wLanes = 0;
  /// Pixels are one dimension of the result (all of space, if flat), or one
  /// pixel is a tile.
  bool hasPixels = true, flat = false, overrun;
  unsigned maxPixels = 1, vectors = 1;
  int64_t chunk = 1;
  std::vector<PixelTiles> tiles;

  /// The current indices of all dimensions but lanes and pixels.
  llvm::SmallVector<IRValue *, 6> index;
  /// By window that isn't along pixels: the taps that lie inside, and how many
  /// count for a mean.
  llvm::SmallVector<IRRange, 3> tapRanges;
  llvm::SmallVector<IRValue *, 3> tapCounts;
};

} // namespace

RegisterLeaf::RegisterLeaf(const LeafTask &task, const RegisterPlan &plan)
    : task(task), b(task.b), plan(plan), root(*task.plan.root),
      elements(task.b) {
  for (auto [i, input] : llvm::enumerate(task.inputs))
    elements.setInput(task.kernel.getInput(i), input);
  x = elements.getInput(root.getOperand(0));
  if (!isPool())
    w = elements.getInput(root.getOperand(1));
  if (!isConv() && !isPool()) {
    bool transA = root.getInt("transA", 0), transB = root.getInt("transB", 0);
    xChannels = x.getRank() - (transA ? 2 : 1);
    wChannels = w.getRank() - (transB ? 1 : 2);
    wLanes = w.getRank() - (transB ? 2 : 1);
  }
  index.assign(task.output.getRank(), b.i64(0));
  overrun = mayOverrun(task, plan.laneDim, &root);
  if (!plan.perChannel) {
    int64_t block = std::max(x.blocks[xChannels], w.blocks[wChannels]);
    chunk = block > 1 ? block : std::min<int64_t>(plan.channels, 256);
  }
  choosePixels();
  chooseVectors();
}

//===----------------------------------------------------------------------===//
// Shapes of tiles
//===----------------------------------------------------------------------===//

static std::optional<int64_t> getExtent(IRRange range) {
  auto *lo = llvm::dyn_cast<llvm::ConstantInt>(range.lo);
  auto *hi = llvm::dyn_cast<llvm::ConstantInt>(range.hi);
  if (lo && hi && lo->isZero())
    return hi->getSExtValue();
  return std::nullopt;
}

/// A convolution of single elements treats space as one dimension, where all
/// operands lie in memory as if it were.
bool RegisterLeaf::canFlatten() const {
  if (!isConv() || plan.perChannel || task.output.getRank() < 4)
    return false;
  for (const Window &window : plan.windows)
    if (window.kernel != 1 || window.stride != 1 || window.padBegin ||
        window.padEnd)
      return false;
  auto isFlat = [&](const Operand &operand) {
    for (unsigned d = 2; d + 1 < operand.getRank(); ++d)
      if (operand.blocks[d] != 1 ||
          operand.strides[d] != operand.strides[d + 1] * operand.shape[d + 1])
        return false;
    return operand.blocks.back() == 1;
  };
  for (unsigned d = 2; d != task.output.getRank(); ++d)
    if (getExtent(task.box[d]) != task.output.shape[d])
      return false;
  auto isOne = [](int64_t size) { return size == 1; };
  for (auto [i, input] : llvm::enumerate(task.inputs)) {
    const Value *value = task.kernel.getInput(i);
    ArrayRef<int64_t> shape = input.shape;
    if (value == root.getOperand(1) || value == root.getOperand(2) ||
        llvm::all_of(shape, isOne))
      continue;
    if (shape.size() != task.output.getRank())
      return false;
    ArrayRef<int64_t> space = shape.drop_front(2);
    bool same = space == ArrayRef(task.output.shape).drop_front(2);
    if (!llvm::all_of(space, isOne) && !(same && isFlat(input)))
      return false;
  }
  return isFlat(task.output);
}

bool RegisterLeaf::isInside(unsigned tap, int64_t pixel) const {
  if (plan.windows.empty())
    return true;
  const Window &window = getPixelWindow();
  int64_t at = pixel * window.stride + tap * window.dilation - window.padBegin;
  return at >= 0 && at < window.input;
}

PixelTiles RegisterLeaf::describeTile(int64_t start, int64_t size) const {
  PixelTiles tile = {
      {b.i64(start), b.i64(start + size)}, unsigned(size), {}, {}};
  unsigned taps = plan.windows.empty() || flat ? 1 : getPixelWindow().kernel;
  for (unsigned tap = 0; tap != taps; ++tap) {
    std::vector<bool> inside;
    for (int64_t i = start; i != start + size; ++i)
      inside.push_back(flat || isInside(tap, i));
    tile.inside.push_back(std::move(inside));
  }
  for (int64_t i = start; i != start + size; ++i) {
    int64_t count = 0;
    for (unsigned tap = 0; tap != taps; ++tap)
      if (plan.windows.empty())
        ++count;
      else if (root.getInt("count_include_pad", 0))
        count += i * getPixelWindow().stride + tap * getPixelWindow().dilation -
                     getPixelWindow().padBegin <
                 getPixelWindow().input + getPixelWindow().padEnd;
      else
        count += tile.inside[tap][i - start];
    tile.counts.push_back(count);
  }
  return tile;
}

/// Tiles of nearly equal size; equal neighbours become a loop.
std::vector<PixelTiles> RegisterLeaf::getStaticTiles(int64_t extent) const {
  int64_t count = llvm::divideCeil(extent, maxPixels);
  int64_t size = llvm::divideCeil(extent, count);
  std::vector<PixelTiles> out;
  for (int64_t start = 0; start < extent; start += size) {
    PixelTiles tile = describeTile(start, std::min(size, extent - start));
    if (!out.empty() && out.back().size == tile.size &&
        out.back().inside == tile.inside && out.back().counts == tile.counts)
      out.back().starts.hi = tile.starts.hi;
    else
      out.push_back(std::move(tile));
  }
  return out;
}

void RegisterLeaf::choosePixels() {
  flat = canFlatten();
  IRRange range = task.box[plan.pixelDim];
  auto extent = getExtent(range);
  int64_t row = task.output.shape[plan.pixelDim];
  maxPixels = task.registers == 32 ? 14 : 6;
  if (flat) {
    extent = 1;
    for (int64_t size : ArrayRef(task.output.shape).drop_front(2))
      *extent *= size;
  } else if (!plan.windows.empty() && extent != row) {
    hasPixels = false;
    maxPixels = 1;
    return;
  }
  if (extent) {
    tiles = getStaticTiles(*extent);
    maxPixels = tiles.front().size;
    return;
  }
  // Any number of rows of a matrix.
  IRValue *lo = range.lo;
  for (unsigned step : {maxPixels, 4u, 1u}) {
    if (step > maxPixels)
      continue;
    IRValue *rest = b.CreateNSWSub(range.hi, lo);
    IRValue *hi = b.add(lo, b.mul(b.CreateSDiv(rest, b.i64(step)), step));
    PixelTiles tile = describeTile(0, step);
    tile.starts = {lo, hi};
    tiles.push_back(std::move(tile));
    lo = hi;
  }
}

/// As many as registers hold, beside the operands of a step.
void RegisterLeaf::chooseVectors() {
  int64_t blocks = llvm::divideCeil(task.output.shape[plan.laneDim], b.lanes);
  int64_t most;
  if (plan.perChannel)
    most = std::max(1u, 8 / maxPixels);
  else
    most = std::clamp<int64_t>((task.registers - 1) / (maxPixels + 1), 1, 8);
  most = std::min(most, blocks);
  if (plan.groups > 1)
    blocks = task.output.shape[plan.laneDim] / plan.groups / b.lanes;
  vectors = most;
  // A few less are better than a remainder, which wastes registers.
  for (int64_t fewer = most; fewer >= std::max<int64_t>(1, most * 2 / 3);
       --fewer)
    if (blocks % fewer == 0) {
      vectors = fewer;
      return;
    }
  if (plan.groups > 1)
    vectors = 1;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void RegisterLeaf::emit() {
  llvm::SmallVector<unsigned, 6> outer;
  for (unsigned d = 0; d != task.output.getRank(); ++d)
    if (d != plan.laneDim && d != plan.pixelDim && d < plan.firstWindowDim)
      outer.push_back(d);
  emitOuter(outer);
}

void RegisterLeaf::emitOuter(ArrayRef<unsigned> dims) {
  if (dims.empty())
    return emitGroups();
  b.loop(task.box[dims.front()], 1, [&](IRValue *counter) {
    index[dims.front()] = counter;
    emitOuter(dims.drop_front());
  });
}

void RegisterLeaf::emitGroups() {
  IRRange range = task.box[plan.laneDim];
  int64_t extent = task.output.shape[plan.laneDim];
  int64_t tail = overrun ? 0 : extent % b.lanes;
  IRValue *full = range.hi;
  if (tail)
    full = b.min(full, b.i64(extent - tail));
  else if (extent % b.lanes)
    full = b.CreateAnd(b.add(full, b.lanes - 1), b.i64(-int64_t(b.lanes)));
  int64_t step = int64_t(vectors) * b.lanes;
  auto emitSingles = [&](IRValue *lo, IRValue *hi) {
    b.loop({lo, hi}, b.lanes, [&](IRValue *start) {
      emitPasses({start, 1, 0});
    });
  };
  // Several vectors must be of one group of a convolution.
  IRValue *begin = range.lo;
  if (plan.groups > 1 && vectors > 1) {
    IRValue *next = b.mul(b.divFloor(b.add(begin, step - 1), step), step);
    begin = b.min(next, full);
    emitSingles(range.lo, begin);
  }
  IRValue *size = b.CreateNSWSub(full, begin);
  IRValue *middle = b.add(begin, b.mul(b.divFloor(size, step), step));
  b.loop({begin, middle}, step, [&](IRValue *start) {
    emitPasses({start, vectors, 0});
  });
  if (vectors > 1)
    emitSingles(middle, full);
  if (tail)
    b.loop({b.max(range.lo, b.i64(extent - tail)), range.hi}, b.lanes,
           [&](IRValue *start) {
             emitPasses({start, 1, static_cast<unsigned>(tail)});
           });
}

void RegisterLeaf::emitPasses(const Group &group) {
  llvm::SmallVector<unsigned, 3> rows;
  for (unsigned d = plan.firstWindowDim; d < task.output.getRank(); ++d)
    if (flat || (hasPixels && d == plan.pixelDim))
      continue;
    else
      rows.push_back(d);
  auto run = [&](const Pass &pass) { emitRows(group, pass, rows); };
  IRValue *yes = b.getTrue(), *no = b.getFalse();
  if (plan.perChannel)
    return run({{b.i64(0), b.i64(1)}, 1, yes, yes});
  int64_t full = plan.channels / chunk, tail = plan.channels % chunk;
  // What the loop over pixels reads again and again shall stay in the L1.
  constexpr int64_t budget = 24 << 10;
  int64_t bytes = chunk * group.vectors * b.lanes * 4;
  for (const Window &window : plan.windows)
    bytes *= window.kernel;
  int64_t together = std::max<int64_t>(1, budget / bytes);
  bool once = rows.empty() && tiles.size() == 1 &&
              getExtent(tiles[0].starts) == int64_t(tiles[0].size);
  if (once || together > full)
    together = std::max<int64_t>(full, 1);
  int64_t lastStart = full ? (full - 1) / together * together : 0;
  if (full)
    b.loop({b.i64(0), b.i64(full)}, together, [&](IRValue *start) {
      IRValue *end = b.add(start, together);
      if (full % together)
        end = b.min(end, b.i64(full));
      run({{start, end},
           chunk,
           b.CreateICmpEQ(start, b.i64(0)),
           tail ? no : b.CreateICmpEQ(start, b.i64(lastStart))});
    });
  if (tail)
    run({{b.i64(full), b.i64(full + 1)}, tail, full ? no : yes, yes});
}

void RegisterLeaf::emitRows(const Group &group, const Pass &pass,
                            ArrayRef<unsigned> dims) {
  if (dims.empty())
    return emitRow(group, pass);
  unsigned d = dims.front();
  const Window &window = plan.windows[d - plan.firstWindowDim];
  b.loop(task.box[d], 1, [&](IRValue *counter) {
    index[d] = counter;
    // Tap k lies at first + k · dilation.
    IRValue *first = b.add(b.mul(counter, window.stride), -window.padBegin);
    auto getTaps = [&](int64_t end) {
      IRValue *distance =
          b.CreateNSWSub(b.i64(end + window.dilation - 1), first);
      return b.max(b.i64(0), b.min(b.i64(window.kernel),
                                   b.divFloor(distance, window.dilation)));
    };
    int64_t reach = (window.output - 1) * window.stride +
                    (window.kernel - 1) * window.dilation - window.padBegin;
    bool inside = window.padBegin == 0 && reach < window.input;
    IRRange taps = {b.i64(0), b.i64(window.kernel)};
    if (!inside)
      taps = {getTaps(0), getTaps(window.input)};
    tapRanges.push_back(taps);
    tapCounts.push_back(root.getInt("count_include_pad", 0)
                            ? getTaps(window.input + window.padEnd)
                            : b.CreateNSWSub(taps.hi, taps.lo));
    emitRows(group, pass, dims.drop_front());
    tapRanges.pop_back();
    tapCounts.pop_back();
  });
}

void RegisterLeaf::emitRow(const Group &group, const Pass &pass) {
  if (!hasPixels) {
    PixelTiles tile;
    tile.size = 1;
    tile.inside = {{true}};
    tile.counts = {1};
    return emitTile(group, pass, tile, index[plan.pixelDim]);
  }
  for (const PixelTiles &tile : tiles)
    b.loop(tile.starts, tile.size,
           [&](IRValue *start) { emitTile(group, pass, tile, start); });
}

void RegisterLeaf::emitTile(const Group &group, const Pass &pass,
                            const PixelTiles &tile, IRValue *start) {
  unsigned count = tile.size * group.vectors;
  IRType *type = b.getVectorType(b.getFloatTy());
  bool isMax = isPool() && !isMean();
  if (hasPixels)
    index[plan.pixelDim] = start;
  auto begin = [&]() -> IRValues {
    return IRValues(count, llvm::ConstantFP::get(type, isMax ? -HUGE_VAL : 0));
  };
  auto resume = [&]() -> IRValues {
    IRValues sums;
    for (unsigned i = 0; i != tile.size; ++i)
      for (unsigned v = 0; v != group.vectors; ++v)
        sums.push_back(loadVector(
            task.output, getCoords(group, v, b.add(start, i)), group.tail));
    return sums;
  };
  IRValues sums = b.branch(pass.isFirst, begin, resume);
  sums = b.loop(pass.chunks, 1, sums, [&](IRValue *c, IRValues inner) {
    return emitTaps(group, pass, tile, c, inner, {}, 0);
  });
  b.branch(
      pass.isLast,
      [&] {
        finish(group, tile, start, sums);
        return IRValues();
      },
      [&] {
        for (unsigned i = 0; i != tile.size; ++i)
          for (unsigned v = 0; v != group.vectors; ++v) {
            Coords coords = getCoords(group, v, b.add(start, i));
            IRValue *sum = sums[i * group.vectors + v];
            if (!group.tail)
              b.store(task.output, coords, sum);
            for (unsigned lane = 0; lane != group.tail; ++lane)
              b.store(task.output, b.getLane(coords, lane),
                      b.CreateExtractElement(sum, b.i64(lane)));
          }
        return IRValues();
      });
}

/// Over the taps of all windows, that along pixels last and unrolled.
IRValues RegisterLeaf::emitTaps(const Group &group, const Pass &pass,
                                const PixelTiles &tile, IRValue *chunk,
                                IRValues sums,
                                llvm::SmallVector<IRValue *, 3> taps,
                                unsigned window) {
  if (window < tapRanges.size())
    return b.loop(
        tapRanges[window], 1, sums, [&](IRValue *tap, IRValues inner) {
          auto more = taps;
          more.push_back(tap);
          return emitTaps(group, pass, tile, chunk, inner, more, window + 1);
        });
  for (unsigned tap = 0; tap != tile.inside.size(); ++tap)
    sums = emitChannels(group, pass, tile, chunk, taps, tap, sums);
  return sums;
}

/// One tap of all pixels, over the channels of a chunk.
IRValues RegisterLeaf::emitChannels(const Group &group, const Pass &pass,
                                    const PixelTiles &tile, IRValue *chunk,
                                    ArrayRef<IRValue *> outerTaps, unsigned tap,
                                    IRValues sums) {
  llvm::SmallVector<IRValue *, 3> taps(outerTaps);
  if (!plan.windows.empty() && hasPixels && !flat)
    taps.push_back(b.i64(tap));
  if (flat)
    taps.assign(plan.windows.size(), b.i64(0));
  int64_t step = 1;
  for (int64_t candidate : {4, 3, 2})
    if (pass.size % candidate == 0) {
      step = candidate;
      break;
    }
  IRValue *base =
      plan.perChannel ? nullptr : hide(getInputBase(group, chunk, taps));
  return b.loop({b.i64(0), b.i64(pass.size)}, step, sums,
                [&](IRValue *channel, IRValues inner) {
                  for (int64_t u = 0; u != step; ++u)
                    emitStep(group, tile, {chunk, channel, u, base}, taps,
                             tile.inside[tap], inner);
                  return inner;
                });
}

/// One channel of one tap: accumulates into \p sums.
void RegisterLeaf::emitStep(const Group &group, const PixelTiles &tile,
                            const Step &step, ArrayRef<IRValue *> taps,
                            const std::vector<bool> &inside, IRValues &sums) {
  IRValues weights;
  if (!isPool())
    for (unsigned v = 0; v != group.vectors; ++v)
      weights.push_back(loadWeights(group, v, step.chunk,
                                    b.add(step.channel, step.offset), taps));
  for (unsigned i = 0; i != tile.size; ++i) {
    if (!inside[i])
      continue;
    IRValue *scalar = plan.perChannel ? nullptr : loadScalar(step, i);
    for (unsigned v = 0; v != group.vectors; ++v) {
      IRValue *&sum = sums[i * group.vectors + v];
      IRValue *value = scalar ? scalar : loadInput(group, v, i, taps);
      if (isPool())
        sum = isMean() ? b.CreateFAdd(sum, value) : emitMax(b, sum, value);
      else
        sum = b.CreateIntrinsic(llvm::Intrinsic::fma, {sum->getType()},
                                {value, weights[v], sum});
    }
  }
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

int64_t RegisterLeaf::getChannelStride(const Operand &x, unsigned dim) const {
  return x.blocks[dim] > 1 ? x.innerStrides[dim] : x.strides[dim];
}

IRValue *RegisterLeaf::getChannelOffset(const Operand &x, unsigned dim,
                                        IRValue *index) {
  return b.mul(index,
               x.blocks[dim] > 1 ? x.strides[dim] : x.strides[dim] * chunk);
}

/// Channel 0 of the chunk, for pixel 0 of the tile.
IRValue *RegisterLeaf::getInputBase(const Group &group, IRValue *chunk,
                                    ArrayRef<IRValue *> taps) {
  IRValue *offset = getChannelOffset(x, xChannels, chunk);
  auto move = [&](unsigned dim, IRValue *at) {
    int64_t block = x.blocks[dim];
    offset = b.add(offset, b.mul(b.divFloor(at, block), x.strides[dim]));
    if (block > 1)
      offset = b.add(offset, b.mul(b.modFloor(at, block), x.innerStrides[dim]));
  };
  if (!isConv()) {
    for (auto [d, size] : llvm::enumerate(ArrayRef(x.shape).drop_back(2)))
      if (size != 1)
        move(d, index[d + task.output.getRank() - x.getRank()]);
    move(x.getRank() - (root.getInt("transA", 0) ? 1 : 2),
         index[plan.pixelDim]);
    return b.getElementAddress(b.getFloatTy(), x.pointer, offset);
  }
  move(0, index[0]);
  if (plan.groups > 1) {
    int64_t outputs = task.output.shape[1] / plan.groups;
    IRValue *channel = b.mul(b.divFloor(group.start, outputs), plan.channels);
    move(1, channel);
  }
  for (auto [i, window] : llvm::enumerate(plan.windows))
    move(2 + i, b.add(b.add(b.mul(index[2 + i], window.stride),
                            b.mul(taps[i], window.dilation)),
                      -window.padBegin));
  return b.getElementAddress(b.getFloatTy(), x.pointer, offset);
}

/// The element of operand 0 for a step and pixel \p pixel of the tile, in all
/// lanes.
IRValue *RegisterLeaf::loadScalar(const Step &step, unsigned pixel) {
  unsigned dim = isConv() ? plan.pixelDim
                          : x.getRank() - (root.getInt("transA", 0) ? 1 : 2);
  int64_t pixelStride =
      x.strides[dim] * (plan.windows.empty() ? 1 : getPixelWindow().stride);
  int64_t channelStride = getChannelStride(x, xChannels);
  IRType *type = b.getFloatTy();
  IRValue *row =
      b.getElementAddress(type, step.base, b.mul(step.channel, channelStride));
  IRValue *address = b.getElementAddress(
      type, row, b.i64(pixel * pixelStride + step.offset * channelStride));
  return b.splat(b.CreateAlignedLoad(type, address, llvm::Align(4)));
}

/// A vector of channels of operand 0, for pixel \p pixel of the tile.
IRValue *RegisterLeaf::loadInput(const Group &group, unsigned vector,
                                 unsigned pixel, ArrayRef<IRValue *> taps) {
  Coords coords = getCoords(group, vector, nullptr);
  for (auto [i, window] : llvm::enumerate(plan.windows)) {
    unsigned d = plan.firstWindowDim + i;
    IRValue *at = index[d];
    if (hasPixels && d == plan.pixelDim)
      at = b.add(at, pixel);
    coords[d] = {
        b.add(b.add(b.mul(at, window.stride), b.mul(taps[i], window.dilation)),
              -window.padBegin)};
  }
  return b.load(x, coords);
}

/// \p pointer, so that loads through it aren't recognized as those through
/// another: what taps have in common would be kept, which spills accumulators.
IRValue *RegisterLeaf::hide(IRValue *pointer) {
  auto *type = llvm::FunctionType::get(b.getPtrTy(), {b.getPtrTy()}, false);
  return b.CreateCall(
      llvm::InlineAsm::get(type, "", "=r,0", /*hasSideEffects=*/false),
      {pointer});
}

/// Weights that few pixels use come from afar most of the time: those of the
/// next chunk are fetched while this one is used.
bool RegisterLeaf::shouldPrefetch() const {
  if (!isConv() || plan.perChannel || w.blocks[wChannels] == 1)
    return false;
  int64_t pixels = 1;
  for (int64_t size : ArrayRef(task.output.shape).drop_front(2))
    pixels *= size;
  return pixels <= 8 * maxPixels;
}

IRValue *RegisterLeaf::loadVector(const Operand &from, ArrayRef<Coord> coords,
                                  unsigned count) {
  if (!count)
    return b.load(from, coords);
  IRValue *vector = llvm::ConstantFP::get(b.getVectorType(b.getFloatTy()), 0);
  for (unsigned lane = 0; lane != count; ++lane)
    vector = b.CreateInsertElement(
        vector, b.load(from, b.getLane(coords, lane)), b.i64(lane));
  return vector;
}

IRValue *RegisterLeaf::loadWeights(const Group &group, unsigned vector,
                                   IRValue *chunk, IRValue *channel,
                                   ArrayRef<IRValue *> taps) {
  IRValue *lane = b.add(group.start, int64_t(vector) * b.lanes);
  // Weights that were packed are padded to whole vectors.
  bool packed = w.blocks[wLanes] == b.lanes && w.innerStrides[wLanes] == 1;
  if (packed) {
    IRValue *offset =
        b.add(b.mul(b.divFloor(group.start, b.lanes), w.strides[wLanes]),
              b.i64(vector * w.strides[wLanes]));
    if (!plan.perChannel)
      offset = b.add(b.add(offset, getChannelOffset(w, wChannels, chunk)),
                     b.mul(channel, getChannelStride(w, wChannels)));
    if (isConv())
      for (auto [i, tap] : llvm::enumerate(taps))
        offset = b.add(offset, b.mul(tap, w.strides[2 + i]));
    else
      for (auto [d, size] : llvm::enumerate(ArrayRef(w.shape).drop_back(2)))
        if (size != 1)
          offset = b.add(offset,
                         b.mul(index[d + task.output.getRank() - w.getRank()],
                               w.strides[d]));
    IRValue *address = b.getElementAddress(b.getFloatTy(), w.pointer, offset);
    if (shouldPrefetch()) {
      IRValue *next = b.getElementAddress(b.getFloatTy(), address,
                                          b.i64(w.strides[wChannels]));
      constexpr int read = 0, toL2 = 2, data = 1;
      b.CreateIntrinsic(
          llvm::Intrinsic::prefetch, {b.getPtrTy()},
          {next, b.getInt32(read), b.getInt32(toL2), b.getInt32(data)});
    }
    return b.CreateAlignedLoad(b.getVectorType(b.getFloatTy()), address,
                               llvm::Align(64));
  }
  Coords coords(w.getRank(), Coord{b.i64(0)});
  coords[wLanes] = {lane, Coord::Lanes, true};
  if (!plan.perChannel)
    coords[wChannels] = {b.add(b.mul(chunk, this->chunk), channel)};
  if (isConv())
    for (auto [i, tap] : llvm::enumerate(taps))
      coords[2 + i] = {tap};
  else
    for (unsigned d = 0; d + 2 < w.getRank(); ++d)
      if (w.shape[d] != 1)
        coords[d] = {index[d + task.output.getRank() - w.getRank()]};
  return loadVector(w, coords, group.tail);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// \p pixel: null for the first.
Coords RegisterLeaf::getCoords(const Group &group, unsigned vector,
                               IRValue *pixel) const {
  Coords coords;
  for (IRValue *i : index)
    coords.push_back({i});
  coords[plan.laneDim] = {
      b.add(group.start, int64_t(vector) * b.lanes), Coord::Lanes,
      task.output.blocks[plan.laneDim] > 1 || plan.laneDim == 1};
  if (pixel)
    coords[plan.pixelDim] = {pixel};
  return coords;
}

/// One over the number of elements that a mean is of.
IRValue *RegisterLeaf::getScale(const PixelTiles &tile, unsigned pixel) {
  IRValue *count = b.i64(tile.counts[pixel]);
  for (IRValue *taps : tapCounts)
    count = b.CreateMul(count, taps);
  IRValue *one = llvm::ConstantFP::get(b.getFloatTy(), 1);
  return b.CreateFDiv(one, b.CreateSIToFP(count, b.getFloatTy()));
}

/// Factors and addend of the root itself; scalars for scalar coordinates.
IRValue *RegisterLeaf::finishRoot(IRValue *sum, ArrayRef<Coord> coords) {
  auto scale = [&](IRValue *value, llvm::StringRef name) {
    double factor = root.getFloat(name, 1);
    return factor == 1
               ? value
               : b.CreateFMul(value,
                              llvm::ConstantFP::get(value->getType(), factor));
  };
  sum = scale(sum, "alpha");
  if (isPool() || !root.getOperand(2))
    return sum;
  const Value *addend = root.getOperand(2);
  Coords own;
  if (isConv()) {
    own = {coords[1]};
  } else {
    auto shape = *addend->getTensorType().getStaticShape();
    for (auto [coord, size] : llvm::zip(coords.take_back(shape.size()), shape))
      own.push_back(size == 1 ? Coord{b.i64(0)} : coord);
  }
  IRValue *value = scale(elements.emit(addend, own), "beta");
  if (sum->getType()->isVectorTy())
    value = b.splat(value);
  return b.CreateFAdd(sum, value);
}

void RegisterLeaf::storeResult(ArrayRef<Coord> coords, IRValue *sum,
                               unsigned tail) {
  auto store = [&](ArrayRef<Coord> at, IRValue *value) {
    elements.bind(root.getResult(), finishRoot(value, at));
    b.store(task.output, at, elements.emit(task.getOutputValue(), at));
  };
  if (!tail)
    return store(coords, sum);
  for (unsigned lane = 0; lane != tail; ++lane)
    store(b.getLane(coords, lane), b.CreateExtractElement(sum, b.i64(lane)));
}

void RegisterLeaf::finish(const Group &group, const PixelTiles &tile,
                          IRValue *start, ArrayRef<IRValue *> sums) {
  for (unsigned i = 0; i != tile.size; ++i) {
    IRValue *scale = isMean() ? getScale(tile, i) : nullptr;
    for (unsigned v = 0; v != group.vectors; ++v) {
      IRValue *sum = sums[i * group.vectors + v];
      if (scale)
        sum = b.CreateFMul(sum, b.splat(scale));
      storeResult(getCoords(group, v, b.add(start, i)), sum, group.tail);
    }
  }
}

void x86::emitRegisterLeaf(const LeafTask &task, const RegisterPlan &plan) {
  RegisterLeaf(task, plan).emit();
}
