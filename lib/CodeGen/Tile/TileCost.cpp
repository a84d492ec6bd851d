//===- TileCost.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileCost.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

/// Input \p i of a call in a block is a constant of the graph.
static bool isConstant(const BlockTask::Call &call, unsigned i) {
  Value *value = call.op->getOperand(i);
  if (Operation *block = call.op->getParentOp(); block && value->isArgument())
    value = block->getOperand(value->getIndex());
  return bool(getConstantValue(value));
}

TileCost::TileCost(const BlockTask &task, const TileMachine &machine,
                   bool doubleBuffer)
    : task(task), machine(machine), doubleBuffer(doubleBuffer),
      shape(task.getShape()),
      backing(machine.unit.getMemory(machine.model.getBackingMemory())),
      rate(machine.model.getTransferRate()) {
  for (const BlockTask::Call &call : task.calls) {
    auto &flags = constants.emplace_back();
    for (unsigned i = 0; i < call.tiling.inputs.size(); ++i)
      flags.push_back(isConstant(call, i));
  }
  const TileOperand &output = task.last().tiling.outputs[0];
  if (!output.space.empty() && output.space != backing.name)
    stored =
        double(getVolume(getFullBox(shape))) * getBitWidth(output.element) / 8;
}

//===----------------------------------------------------------------------===//
// What a tile touches
//===----------------------------------------------------------------------===//

/// Bytes that lie together in a dense tensor of layout \p layout when a box of
/// \p sizes is copied out of \p extents.
static int64_t getRunBytes(const Layout &layout, ArrayRef<int64_t> sizes,
                           ArrayRef<int64_t> extents, ElementType element) {
  int64_t run = 1;
  for (auto block : layout.getBlocks())
    run *= block.size;
  for (unsigned dim : reverse(layout.getOrder())) {
    run *= divideCeil(sizes[dim], layout.getBlockSize(dim));
    if (sizes[dim] < extents[dim])
      break;
  }
  return std::max<int64_t>(getByteSize(element, run).value_or(0), 1);
}

static int64_t getBufferBytes(const TileOperand &operand,
                              ArrayRef<int64_t> sizes) {
  return getByteSize(operand.element, operand.layout.getNumElements(sizes))
      .value_or(INT64_MAX / 8);
}

int64_t TileCost::getReductionSize(const TilePlan &plan) const {
  if (plan.reduction.empty())
    return task.last().indexing.getReductionSize();
  int64_t size = 1;
  for (int64_t part : plan.reduction)
    size *= part;
  return size;
}

TileMeasure TileCost::measure(const TilePlan &plan) const {
  AffineBox box = getTileBox(plan, shape);
  AffineBox over = getTileReductions(plan, shape.size());
  unsigned counter = 2 * shape.size();
  if (all_of(zip(plan.reduction, task.last().indexing.getReductions()),
             [](auto pair) {
               return std::get<0>(pair) >= std::get<1>(pair).extent;
             }))
    over.clear();
  TileBoxes boxes = getTileBoxes(task, box, over);

  auto describe = [&](const TileOperand &operand, ArrayRef<AffineRange> b,
                      const Value *value) {
    TileMeasure::Buffer buffer;
    buffer.space = operand.space;
    auto sizes = getSizes(b);
    buffer.bytes = getBufferBytes(operand, sizes);
    auto part = task.extents.find(value);
    buffer.run = getRunBytes(operand.layout, sizes,
                             part == task.extents.end() ? getStaticShape(value)
                                                        : part->second,
                             operand.element);
    uint64_t parts = 0;
    for (const AffineRange &range : b)
      for (unsigned i = 0; i < range.start.getNumDims(); ++i) {
        if (!range.start.getCoefficient(i))
          continue;
        if (i >= counter)
          buffer.moves |= uint64_t(1) << TileMeasure::reductionBit;
        else if (i % 2)
          buffer.moves |= uint64_t(1) << (i / 2);
        else
          parts |= uint64_t(1) << (i / 2);
      }
    for (unsigned dim = 0; dim < shape.size(); ++dim)
      if (!(parts >> dim & 1))
        buffer.sharers *= plan.split[dim];
    return buffer;
  };

  TileMeasure measure;
  int64_t numCalls = task.calls.size();
  measure.numSteps = numCalls + 2;
  for (auto [c, call] : enumerate(task.calls)) {
    int64_t step = c + 1;
    for (auto [i, operand] : enumerate(call.tiling.inputs)) {
      Value *value = call.op->getOperand(i);
      if (task.getProducer(value))
        continue; // Counted where it is computed.
      auto buffer = describe(operand, boxes.calls[c].inputs[i], value);
      StringRef home = constants[c][i] ? machine.model.getConstantMemory()
                                       : StringRef(backing.name);
      buffer.isCopied = !operand.space.empty() && operand.space != home;
      buffer.steps = {0, step + 1};
      measure.buffers.push_back(buffer);
    }
    bool isLast = &call == &task.last();
    for (auto [i, operand] : enumerate(call.tiling.outputs)) {
      auto buffer =
          describe(operand, boxes.calls[c].outputs[i], call.op->getResult(i));
      buffer.isStore = isLast;
      buffer.isCopied = isLast && !operand.space.empty() &&
                        operand.space != StringRef(backing.name);
      buffer.sharers = 1;
      buffer.steps = {step, isLast ? step + 2 : step + 1};
      for (auto [user, other] : enumerate(task.calls))
        if (is_contained(other.op->getOperands(), call.op->getResult(i)))
          buffer.steps.upper = std::max<int64_t>(buffer.steps.upper, user + 2);
      measure.buffers.push_back(buffer);
    }
    if (task.copies)
      continue;
    auto sizes = getSizes(boxes.calls[c].outputs[0]);
    for (const TileScratch &scratch :
         machine.model.getScratch(*call.kernel, sizes)) {
      measure.buffers.push_back({scratch.space, scratch.bytes, scratch.bytes});
      measure.buffers.back().steps = {step, step + 1};
    }
    measure.compute += machine.model.getComputeCycles(
        *call.kernel, sizes,
        isLast ? getReductionSize(plan) : call.indexing.getReductionSize());
  }
  const TileOperand &output = task.last().tiling.outputs[0];
  if (!over.empty() && output.element != task.last().tiling.accumulator) {
    TileOperand sum = output;
    sum.element = *task.last().tiling.accumulator;
    measure.buffers.push_back(
        {output.space, getBufferBytes(sum, plan.tile), 1});
    measure.buffers.back().steps = {0, measure.numSteps};
  }
  return measure;
}

//===----------------------------------------------------------------------===//
// What loops make of it
//===----------------------------------------------------------------------===//

/// How deep in the loops \p buffer is copied: 0 before all of them, one more
/// than their number inside of the reductions'.
static unsigned getDepth(const TileMeasure::Buffer &buffer,
                         ArrayRef<unsigned> loops) {
  if (buffer.isStore)
    return loops.size();
  if (buffer.moves >> TileMeasure::reductionBit & 1)
    return loops.size() + 1;
  unsigned depth = 0;
  for (auto [i, dim] : enumerate(loops))
    if (buffer.moves >> dim & 1)
      depth = i + 1;
  return depth;
}

bool TileCost::fits(const TileMeasure &measure, const TilePlan &plan) {
  auto isDoubled = [&](const TileMeasure::Buffer &buffer) {
    return plan.instances > 1 && buffer.isCopied &&
           getDepth(buffer, plan.loops) > 0;
  };
  bool isPipelined = any_of(measure.buffers, isDoubled);
  /// By memory, and then by step.
  SmallVector<std::pair<StringRef, SmallVector<int64_t, 8>>, 4> used;
  for (const TileMeasure::Buffer &buffer : measure.buffers) {
    if (buffer.space.empty() || buffer.space == StringRef(backing.name) ||
        buffer.space == machine.model.getConstantMemory())
      continue;
    const Memory &memory = machine.unit.getMemory(buffer.space);
    int64_t bytes = int64_t(alignTo(buffer.bytes, memory.alignment)) *
                    (isDoubled(buffer) ? plan.instances : 1);
    auto *entry =
        find_if(used, [&](auto &e) { return e.first == buffer.space; });
    if (entry == used.end())
      entry = &used.emplace_back(buffer.space,
                                 SmallVector<int64_t, 8>(measure.numSteps, 0));
    // What is loaded outside of a loop is there for all of its iterations.
    bool isAlways =
        isPipelined || (buffer.isCopied && !buffer.isStore &&
                        getDepth(buffer, plan.loops) != plan.loops.size());
    Lifespan steps = isAlways ? Lifespan{0, measure.numSteps} : buffer.steps;
    for (int64_t step = steps.lower; step < steps.upper; ++step)
      entry->second[step] += bytes;
    int64_t most =
        *std::max_element(entry->second.begin(), entry->second.end());
    int64_t room = memory.capacity * machine.scratchPercent / 100;
    if (most > room) {
      why = "the smallest tile takes " + std::to_string(most) +
            " bytes or more of memory '" + memory.name + "', which has " +
            std::to_string(memory.capacity);
      if (room != memory.capacity)
        why += ", of which " + std::to_string(room) + " are to be used";
      return false;
    }
  }
  return true;
}

bool TileCost::evaluate(TilePlan &plan, const TileMeasure &measure) {
  plan.instances = doubleBuffer ? 2 : 1;
  if (!fits(measure, plan)) {
    plan.instances = 1;
    if (!doubleBuffer || !fits(measure, plan))
      return false;
  }
  SmallVector<int64_t, 6> counts;
  int64_t tiles = 1, reductions = 1;
  for (unsigned dim : plan.loops) {
    counts.push_back(plan.getCount(dim, shape[dim]));
    tiles *= counts.back();
  }
  for (auto [size, dim] :
       zip(plan.reduction, task.last().indexing.getReductions()))
    reductions *= divideCeil(dim.extent, size);

  // Cores whose part begins beyond the end have nothing to do.
  double busy = 1;
  for (auto [dim, extent] : enumerate(shape))
    if (int64_t count = plan.getCount(dim, extent))
      busy *= double(divideCeil(divideCeil(extent, plan.tile[dim]), count));
  constexpr double cyclesPerStep = 40, cyclesPerCopy = 20;
  double compute = (measure.compute + cyclesPerStep) * tiles * reductions;
  plan.cycles = machine.model.getLaunchCycles(plan.getNumCores()) + compute;
  if (!rate)
    return true;

  double moved = 0, read = 0, fill = 0;
  int64_t copies = 0;
  for (const TileMeasure::Buffer &buffer : measure.buffers) {
    if (!buffer.isCopied)
      continue;
    unsigned depth = getDepth(buffer, plan.loops);
    int64_t times = depth > counts.size() ? reductions : 1;
    for (unsigned i = 0; i < std::min<size_t>(depth, counts.size()); ++i)
      times *= counts[i];
    double bytes = machine.model.getTransferBytes(buffer.bytes, buffer.run);
    double shared =
        bytes * busy / (machine.model.canMulticast() ? buffer.sharers : 1);
    moved += bytes * times;
    read += shared * times;
    // What nothing overlaps: the first tile's loads, the last one's store.
    fill += std::max(bytes / rate, shared / backing.bytesPerCycle);
    copies += times;
  }
  double transfer = std::max(moved / rate, read / backing.bytesPerCycle) +
                    cyclesPerCopy * copies;
  if (plan.instances > 1 && tiles * reductions > 1)
    plan.cycles += std::max(transfer - fill - compute, 0.0) + fill;
  else
    plan.cycles += transfer;
  plan.cycles += 2.0 * backing.latency;
  return true;
}

double TileCost::getLowerBound(ArrayRef<int64_t> split) const {
  SmallVector<int64_t, 6> part;
  unsigned cores = 1;
  for (auto [extent, parts] : zip_equal(shape, split)) {
    part.push_back(divideCeil(extent, parts));
    cores *= parts;
  }
  // A core computes at least its part, in one tile; every element is stored.
  double compute = 0;
  if (!task.copies)
    compute = machine.model.getComputeCycles(
        *task.last().kernel, part, task.last().indexing.getReductionSize());
  double transfer =
      rate ? stored / std::min(rate * cores, backing.bytesPerCycle) : 0;
  return machine.model.getLaunchCycles(cores) + std::max(compute, transfer);
}
