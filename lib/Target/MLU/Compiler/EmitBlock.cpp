//===- EmitBlock.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitBlock.h"
#include "CopyCode.h"
#include "Leaf.h"
#include "MLUTileModel.h"
#include "onnc/IR/Allocation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

std::optional<ElemType> mlu::getBufferElement(BufferType type) {
  switch (type.getElementType()) {
  case ElementType::F16:
    return ElemType::F16;
  case ElementType::F32:
    return ElemType::F32;
  case ElementType::I8:
  case ElementType::U8: // Bytes of working storage.
    return ElemType::I8;
  case ElementType::I32:
    return ElemType::I32;
  default:
    return std::nullopt;
  }
}

static Error makeError(const Operation *op, const Twine &message) {
  return createStringError("'" + op->getName() + "': " + message);
}

namespace {

/// Where a buffer's instances lie.
struct Storage {
  MemorySpace space;
  ElemType type;
  int64_t offset, instanceBytes;
  SmallVector<unsigned, 6> order;
  /// Copies fill what hangs over the tensor, so that it exists.
  bool filled = false;
};

class BlockEmitter : public TileVisitor {
public:
  BlockEmitter(tile::BlockOp block, const MachineParams &machine,
               ParameterPool &parameters)
      : block(block), machine(machine), model(machine), parameters(parameters) {
  }

  Error run();
  std::vector<std::unique_ptr<CoreCode>> cores;

  Error enterForAll(tile::ForAllOp loop) override;
  Error enterIteration(tile::ForAllOp loop, ArrayRef<int64_t> point,
                       int64_t number) override;
  Error leaveForAll(tile::ForAllOp loop) override {
    current = nullptr;
    return Error::success();
  }
  Error startCopy(tile::CopyStartOp copy, const TileView &source,
                  const TileView &target) override;
  Error compute(tile::ComputeOp compute, ArrayRef<TileView> buffers,
                ArrayRef<Range> over) override;

private:
  Error prepare();
  Expected<const Storage *> getStorage(const TileView &view);
  Expected<DeviceView> getView(const TileView &view);
  uint32_t getGroup(tile::CopyStartOp copy);
  /// The plan of a kernel, and what the model wants of its buffers.
  struct KernelInfo {
    LeafPlan plan;
    KernelTiling tiling;
  };
  Expected<const KernelInfo *> getKernelInfo(tile::ComputeOp compute);
  Error checkBuffers(tile::ComputeOp compute, const KernelInfo &info,
                     ArrayRef<DeviceView> views);

  tile::BlockOp block;
  const MachineParams &machine;
  MLUTileModel model;
  ParameterPool &parameters;
  DenseMap<Value *, Storage> storages;
  DenseSet<Value *> filled;
  DenseMap<const Graph *, std::unique_ptr<KernelInfo>> kernels;
  /// By copy: the coordinates of the loop around it that its boxes depend on.
  DenseMap<Operation *, SmallVector<bool, 4>> dependences;

  bool isFirstLoop = true;
  tile::ForAllOp loop;
  SmallVector<int64_t, 4> point;
  CoreCode *current = nullptr;
};

} // namespace

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

Expected<const Storage *> BlockEmitter::getStorage(const TileView &view) {
  auto [it, isNew] = storages.try_emplace(view.storage);
  if (!isNew)
    return &it->second;
  Storage &storage = it->second;
  auto fail = [&](const Twine &message) -> Error {
    return makeError(block, "the buffer '" + view.storage->getName() +
                                "' of type " + Type(view.type).str() + " " +
                                message);
  };
  static constexpr std::pair<StringRef, MemorySpace> spaces[] = {
      {"dram", MemorySpace::Device},
      {"nram", MemorySpace::Nram},
      {"wram", MemorySpace::Wram}};
  auto *space = find_if(
      spaces, [&](auto &pair) { return pair.first == view.type.getSpace(); });
  if (space == std::end(spaces))
    return fail("is in a memory that the machine doesn't have");
  auto element = getBufferElement(view.type);
  if (!element)
    return fail("has elements of a type that the machine doesn't have");
  if (!view.type.getLayout().getBlocks().empty())
    return fail("has a blocked layout");
  auto offset = getStorageOffset(*view.storage);
  if (!offset)
    return fail("has no place");
  storage.space = space->second;
  storage.type = *element;
  storage.offset = *offset;
  storage.instanceBytes = alignTo(view.type.getByteSize(), storageAlignment);
  Layout layout = view.type.getLayout();
  storage.order.assign(layout.getOrder().begin(), layout.getOrder().end());
  storage.filled = filled.contains(view.storage);
  int64_t instances = 1;
  if (auto alloc =
          dyn_cast_if_present<tile::AllocOp>(view.storage->getDefiningOp()))
    instances = alloc.getMultiplicity();
  int64_t capacity = storage.space == MemorySpace::Device ? machine.deviceBytes
                     : storage.space == MemorySpace::Nram ? getFreeNram(machine)
                                                          : machine.wramBytes;
  if (storage.offset < 0 || storage.offset +
                                    (instances - 1) * storage.instanceBytes +
                                    view.type.getByteSize() >
                                capacity)
    return fail("lies outside of its memory");
  return &storage;
}

Expected<DeviceView> BlockEmitter::getView(const TileView &view) {
  auto found = getStorage(view);
  if (!found)
    return found.takeError();
  const Storage &storage = **found;
  DeviceView result;
  result.space = storage.space;
  result.type = storage.type;
  result.order = storage.order;
  result.domain = view.domain;
  result.box = view.box;
  // Device memory holds whole tensors; a tile is dense over what exists.
  Box held = storage.space == MemorySpace::Device || storage.filled
                 ? view.placed
                 : view.getExisting();
  if (storage.filled)
    result.box = view.placed;
  result.strides.resize(held.size());
  int64_t stride = 1;
  for (unsigned dim : reverse(storage.order)) {
    result.strides[dim] = stride;
    stride *= held[dim].size();
  }
  result.address = storage.offset + view.slot * storage.instanceBytes;
  if (!isEmpty(result.box))
    for (auto [range, whole, step] :
         zip_equal(result.box, held, result.strides))
      result.address += (range.lo - whole.lo) * step * elemSize(storage.type);
  return result;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static int64_t getPoints(tile::ForAllOp loop) {
  int64_t points = 1;
  for (int64_t count : loop.getCounts())
    points = SaturatingMultiply<uint64_t>(points, count);
  return points;
}

/// Counts cores and finds what is filled.
Error BlockEmitter::prepare() {
  int64_t needed = 1;
  Error error = Error::success();
  block.getBody().walk([&](Operation *op) {
    if (auto loop = dyn_cast<tile::ForAllOp>(op)) {
      needed = std::max(needed, getPoints(loop));
      if (!error && loop.getOver() != "core")
        error = makeError(op, "runs over '" + loop.getOver() +
                                  "', and the machine has cores only");
      if (!error && isa_and_present<tile::ForAllOp>(op->getParentOp()))
        error = makeError(op, "stands in another one");
    }
    if (isa<tile::CopyStartOp>(op) && op->hasAttr("fill"))
      filled.insert(tile::getView(op->getOperand(1)).storage);
  });
  if (error)
    return error;
  if (needed > int64_t(machine.cores))
    return makeError(block, "takes " + Twine(needed) +
                                " cores, and the machine has " +
                                Twine(machine.cores));
  for (int64_t i = 0; i < needed; ++i)
    cores.push_back(std::make_unique<CoreCode>(machine, parameters));
  return Error::success();
}

Error BlockEmitter::enterForAll(tile::ForAllOp entered) {
  // Cores meet between loops.
  if (!std::exchange(isFirstLoop, false))
    for (auto &core : cores)
      core->builder.barrier();
  loop = entered;
  return Error::success();
}

Error BlockEmitter::enterIteration(tile::ForAllOp, ArrayRef<int64_t> at,
                                   int64_t number) {
  point.assign(at.begin(), at.end());
  current = cores[number].get();
  return Error::success();
}

Error BlockEmitter::run() {
  if (Error error = prepare())
    return error;
  if (Error error = walkTiles(block, *this))
    return error;
  for (auto &core : cores)
    core->builder.halt();
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// The cores that load the same box with the same instruction: those whose
/// coordinates differ only where the boxes don't depend on them.
uint32_t BlockEmitter::getGroup(tile::CopyStartOp copy) {
  auto [it, isNew] = dependences.try_emplace(copy);
  if (isNew) {
    it->second = getDependence(copy.getSource(), loop);
    for (auto [a, b] :
         zip_equal(it->second, getDependence(copy.getTarget(), loop)))
      a |= b;
  }
  ArrayRef<bool> depends = it->second;
  auto counts = loop.getCounts();
  uint32_t group = 0;
  SmallVector<int64_t, 4> other(counts.size(), 0);
  for (int64_t number = 0, e = getPoints(loop); number < e; ++number) {
    int64_t rest = number;
    for (size_t i = counts.size(); i-- > 0; rest /= counts[i])
      other[i] = rest % counts[i];
    bool same = true;
    for (size_t i = 0; i < counts.size(); ++i)
      same &= !depends[i] || other[i] == point[i];
    if (same)
      group |= uint32_t(1) << number;
  }
  return has_single_bit(group) ? 0 : group;
}

Error BlockEmitter::startCopy(tile::CopyStartOp copy, const TileView &source,
                              const TileView &target) {
  if (!current)
    return makeError(copy, "stands outside of a tile.ForAll");
  auto from = getView(source), to = getView(target);
  if (!from)
    return from.takeError();
  if (!to)
    return to.takeError();
  if (copy->hasAttr("fill")) {
    if (to->space != MemorySpace::Nram)
      return makeError(copy, "fills a buffer that isn't in NRAM");
    if (intersect(to->box, from->box) != to->box) {
      SmallVector<int64_t, 6> sizes;
      for (Range range : to->box)
        sizes.push_back(range.size());
      VectorCode v(*current, sizes, to->order);
      v.fill(VectorCode::getOperand(*to), copy.getFill());
    }
  }
  bool loads = from->space == MemorySpace::Device;
  if (Error error = emitCopy(*current, *from, *to, loads ? getGroup(copy) : 0))
    return makeError(copy, toString(std::move(error)));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Computations
//===----------------------------------------------------------------------===//

Expected<const BlockEmitter::KernelInfo *>
BlockEmitter::getKernelInfo(tile::ComputeOp compute) {
  const Graph *kernel = tile::getKernel(compute);
  std::unique_ptr<KernelInfo> &info = kernels[kernel];
  if (info)
    return info.get();
  LeafPlanOrRefusal plan = planLeaf(*kernel);
  if (!plan.plan)
    return makeError(compute, "the kernel '@" + kernel->getName() +
                                  "' isn't supported: " + plan.refusal);
  info = std::make_unique<KernelInfo>();
  info->tiling = model.getTiling(*kernel);
  info->plan = std::move(*plan.plan);
  return info.get();
}

/// The code relies on spaces, layouts and types as the model asks for them.
Error BlockEmitter::checkBuffers(tile::ComputeOp compute,
                                 const KernelInfo &info,
                                 ArrayRef<DeviceView> views) {
  auto check = [&](unsigned i, const TileOperand &wanted,
                   bool anyType) -> Error {
    BufferType type = tile::getBufferType(compute.getValues()[i]);
    if (type.getSpace() != wanted.space ||
        type.getLayout().str() != wanted.layout.str() ||
        (!anyType && type.getElementType() != wanted.element))
      return makeError(
          compute, "operand " + Twine(i) + " is of type " + Type(type).str() +
                       ", and the kernel wants " + getName(wanted.element) +
                       " in " + wanted.space + " as " + wanted.layout.str());
    return Error::success();
  };
  // Partial sums are of the accumulator's type, and an Identity converts them.
  bool converts = !info.plan.root && info.plan.steps.size() == 1 &&
                  info.plan.steps[0].op->getName() == "onnx.Identity";
  for (auto [i, wanted] : enumerate(info.tiling.inputs))
    if (Error error = check(i, wanted, converts))
      return error;
  bool sums = info.tiling.accumulator.has_value();
  for (auto [i, wanted] : enumerate(info.tiling.outputs))
    if (Error error = check(info.tiling.inputs.size() + i, wanted, sums))
      return error;
  return Error::success();
}

Error BlockEmitter::compute(tile::ComputeOp compute, ArrayRef<TileView> buffers,
                            ArrayRef<Range>) {
  if (!current)
    return makeError(compute, "stands outside of a tile.ForAll");
  auto info = getKernelInfo(compute);
  if (!info)
    return info.takeError();
  SmallVector<DeviceView, 6> views;
  for (const TileView &buffer : buffers) {
    auto view = getView(buffer);
    if (!view)
      return view.takeError();
    views.push_back(std::move(*view));
  }
  const LeafPlan &plan = (*info)->plan;
  const Graph &kernel = *tile::getKernel(compute);
  if (Error error = checkBuffers(compute, **info, views))
    return error;
  size_t numInputs = kernel.getNumInputs();
  auto scratch = ArrayRef(views).drop_front(numInputs + 1);
  DeviceView output = views[numInputs];
  SmallVector<int64_t, 6> sizes;
  for (Range range : output.box)
    sizes.push_back(range.size());
  auto needed = model.getScratch(kernel, sizes);
  bool enough = scratch.size() >= needed.size();
  for (size_t i = 0; enough && i < needed.size(); ++i)
    enough =
        scratch[i].space == MemorySpace::Nram &&
        scratch[i].getVolume() * elemSize(scratch[i].type) >= needed[i].bytes;
  if (!enough)
    return makeError(compute, "has less working storage than the kernel '@" +
                                  kernel.getName() + "' takes");
  Leaf leaf = {*current, kernel, plan, ArrayRef(views).take_front(numInputs),
               output};
  if (plan.numSlots) {
    leaf.slots = scratch[0].address;
    constexpr int64_t slotAlignment = 64;
    leaf.slotBytes = alignDown(scratch[0].getVolume() *
                                   elemSize(scratch[0].type) / plan.numSlots,
                               slotAlignment);
    scratch = scratch.drop_front();
  }
  if (!scratch.empty())
    leaf.rootScratch = scratch[0].address;
  emitLeaf(leaf);
  return Error::success();
}

Expected<std::vector<std::vector<uint64_t>>>
mlu::emitBlock(tile::BlockOp block, const MachineParams &machine,
               ParameterPool &parameters) {
  BlockEmitter emitter(block, machine, parameters);
  if (Error error = emitter.run())
    return error;
  std::vector<std::vector<uint64_t>> programs;
  for (auto &core : emitter.cores)
    programs.push_back(core->builder.take());
  return programs;
}
