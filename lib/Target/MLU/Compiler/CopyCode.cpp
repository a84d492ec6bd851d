//===- CopyCode.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyCode.h"
#include "VectorCode.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

namespace {

/// A dimension of a copy, in bytes.
struct CopyLoop {
  int64_t extent, fromStride, toStride;
};

/// One instruction's rows and planes, or contiguous bytes.
struct CopyShape {
  int64_t bytes;
  CopyLoop rows = {1, 0, 0}, planes = {1, 0, 0};
  bool isStrided() const { return rows.extent > 1 || planes.extent > 1; }
};

} // namespace

/// The instruction that copies from one memory to another.
static void emitInstruction(CoreCode &code, MemorySpace to, int64_t toAddress,
                            MemorySpace from, int64_t fromAddress,
                            const CopyShape &shape, uint32_t group) {
  ProgramBuilder &b = code.builder;
  bool strided = shape.isStrided();
  if (strided) {
    code.set(Config::Count1, shape.rows.extent);
    code.set(Config::SrcStride1, shape.rows.fromStride);
    code.set(Config::DstStride1, shape.rows.toStride);
    code.set(Config::Count2, shape.planes.extent);
    code.set(Config::SrcStride2, shape.planes.fromStride);
    code.set(Config::DstStride2, shape.planes.toStride);
  }
  if (group)
    code.set(Config::Group, group);
  auto reg = [&](MemorySpace space, int64_t address) {
    return space == MemorySpace::Device ? code.device(address)
                                        : code.reg(address);
  };
  Reg dst = reg(to, toAddress), src = reg(from, fromAddress),
      size = code.reg(shape.bytes);
  if (from == MemorySpace::Device && to == MemorySpace::Nram)
    group ? (strided ? b.vloadcs(dst, src, size) : b.vloadc(dst, src, size))
          : (strided ? b.vloads(dst, src, size) : b.vload(dst, src, size));
  else if (from == MemorySpace::Device)
    group ? (strided ? b.mloadcs(dst, src, size) : b.mloadc(dst, src, size))
          : (strided ? b.mloads(dst, src, size) : b.mload(dst, src, size));
  else if (from == MemorySpace::Wram)
    strided ? b.mstores(dst, src, size) : b.mstore(dst, src, size);
  else if (to == MemorySpace::Device)
    strided ? b.vstores(dst, src, size) : b.vstore(dst, src, size);
  else if (to == MemorySpace::Wram)
    strided ? b.mmoves(dst, src, size) : b.mmove(dst, src, size);
  else
    strided ? b.vmoves(dst, src, size) : b.vmove(dst, src, size);
}

/// The part of \p view that is \p box.
static DeviceView getPart(const DeviceView &view, ArrayRef<Range> box) {
  DeviceView part = view;
  SmallVector<int64_t, 6> first;
  for (Range range : box)
    first.push_back(range.lo);
  part.address = view.getAddress(first);
  part.box.assign(box.begin(), box.end());
  return part;
}

/// Both are of one box and type.
static void emitMove(CoreCode &code, const DeviceView &source,
                     const DeviceView &target, uint32_t group) {
  int64_t size = elemSize(source.type);
  // Innermost in the target first, so that its rows are written whole.
  auto dims = to_vector<6>(seq<unsigned>(0, source.getRank()));
  erase_if(dims, [&](unsigned dim) { return source.getSize(dim) == 1; });
  stable_sort(dims, [&](unsigned a, unsigned b) {
    return std::pair(target.strides[a], source.strides[a]) <
           std::pair(target.strides[b], source.strides[b]);
  });
  SmallVector<CopyLoop, 6> loops;
  int64_t bytes = size;
  for (unsigned dim : dims) {
    CopyLoop loop = {source.getSize(dim), source.strides[dim] * size,
                     target.strides[dim] * size};
    if (loops.empty() && loop.fromStride == bytes && loop.toStride == bytes) {
      bytes *= loop.extent;
      continue;
    }
    if (!loops.empty()) {
      CopyLoop &last = loops.back();
      if (loop.fromStride == last.fromStride * last.extent &&
          loop.toStride == last.toStride * last.extent) {
        last.extent *= loop.extent;
        continue;
      }
    }
    loops.push_back(loop);
  }
  // The machine takes so many rows at most.
  constexpr int64_t maxRows = 1 << 20;
  CopyShape shape = {bytes};
  size_t outer = 0;
  if (!loops.empty() && loops[0].extent <= maxRows) {
    shape.rows = loops[outer++];
    if (outer < loops.size() &&
        loops[outer].extent * shape.rows.extent <= maxRows)
      shape.planes = loops[outer++];
  }
  SmallVector<int64_t, 6> counters(loops.size(), 0);
  int64_t from = source.address, to = target.address;
  for (;;) {
    emitInstruction(code, target.space, to, source.space, from, shape, group);
    size_t i = outer;
    for (; i < loops.size(); ++i) {
      bool wraps = ++counters[i] == loops[i].extent;
      int64_t step = wraps ? 1 - loops[i].extent : 1;
      from += step * loops[i].fromStride;
      to += step * loops[i].toStride;
      if (!wraps)
        break;
      counters[i] = 0;
    }
    if (i == loops.size())
      return;
  }
}

/// Elements change their type by way of a few of NRAM's bytes, part by part.
static void emitConversion(CoreCode &code, const DeviceView &source,
                           const DeviceView &target) {
  int64_t size = std::max(elemSize(source.type), elemSize(target.type));
  // Cut in half along the outermost dimension until it fits.
  if (source.getVolume() * size > conversionBytes) {
    for (unsigned dim : target.order) {
      Range range = source.box[dim];
      if (range.size() == 1)
        continue;
      Box low = source.box, high = source.box;
      low[dim].hi = high[dim].lo = range.lo + range.size() / 2;
      emitConversion(code, getPart(source, low), getPart(target, low));
      emitConversion(code, getPart(source, high), getPart(target, high));
      return;
    }
  }
  SmallVector<int64_t, 6> sizes;
  for (Range range : source.box)
    sizes.push_back(range.size());
  // Dense, as the side in NRAM lies.
  bool loads = source.space == MemorySpace::Device;
  const DeviceView &inside = loads ? target : source;
  VectorCode v(code, sizes, inside.order);
  DeviceView bounce = inside;
  bounce.type = loads ? source.type : target.type;
  VectorOperand dense = v.getDense(code.getConversionAddress(), bounce.type);
  bounce.address = dense.address;
  bounce.strides = dense.strides;
  if (loads) {
    emitMove(code, source, bounce, 0);
    v.copy(VectorCode::getOperand(target), dense);
  } else {
    v.copy(dense, VectorCode::getOperand(source));
    emitMove(code, bounce, target, 0);
  }
}

Error mlu::emitCopy(CoreCode &code, const DeviceView &source,
                    const DeviceView &target, uint32_t group) {
  Box box = intersect(source.box, target.box);
  if (isEmpty(box))
    return Error::success();
  constexpr MemorySpace nram = MemorySpace::Nram, device = MemorySpace::Device;
  bool isLegal = source.space == device ? target.space != device
                 : source.space == nram ? true
                                        : target.space == device;
  if (!isLegal)
    return createStringError("a copy within device memory, or out of WRAM to a "
                             "scratchpad, which the machine can't make");
  DeviceView from = getPart(source, box), to = getPart(target, box);
  if (from.type == to.type) {
    emitMove(code, from, to, group);
    return Error::success();
  }
  if (from.space != nram && to.space != nram)
    return createStringError(
        "a copy between WRAM and device memory that changes the element type");
  if (from.space == nram && to.space == nram) {
    SmallVector<int64_t, 6> sizes;
    for (Range range : box)
      sizes.push_back(range.size());
    VectorCode(code, sizes, to.order)
        .copy(VectorCode::getOperand(to), VectorCode::getOperand(from));
    return Error::success();
  }
  emitConversion(code, from, to);
  return Error::success();
}
