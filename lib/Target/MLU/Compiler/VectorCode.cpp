//===- VectorCode.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorCode.h"
#include "../Float16.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

uint32_t mlu::getScalarBits(double value, ElemType type) {
  if (type == ElemType::F16 || type == ElemType::F32)
    return bit_cast<uint32_t>(static_cast<float>(value));
  return static_cast<uint32_t>(static_cast<int64_t>(value));
}

uint32_t mlu::getElementBits(double value, ElemType type) {
  if (type == ElemType::F16)
    return toHalf(static_cast<float>(value));
  return getScalarBits(value, type);
}

VectorCode::VectorCode(CoreCode &code, ArrayRef<int64_t> sizes,
                       ArrayRef<unsigned> order)
    : code(code), sizes(sizes), order(order) {
  for (int64_t size : sizes)
    volume *= size;
}

VectorOperand VectorCode::getDense(int64_t address, ElemType type) const {
  VectorOperand operand;
  operand.type = type;
  operand.address = address;
  operand.strides.resize(sizes.size());
  int64_t stride = 1;
  for (unsigned dim : reverse(order)) {
    operand.strides[dim] = stride;
    stride *= sizes[dim];
  }
  return operand;
}

VectorOperand VectorCode::getOperand(const DeviceView &view) {
  VectorOperand operand;
  operand.type = view.type;
  operand.address = view.address;
  operand.strides = view.strides;
  return operand;
}

bool VectorCode::isFull(const VectorOperand &operand) const {
  if (operand.scalar)
    return false;
  return all_of(zip_equal(sizes, operand.strides), [](auto pair) {
    return std::get<0>(pair) == 1 || std::get<1>(pair) != 0;
  });
}

SmallVector<VectorCode::Loop, 6>
VectorCode::getLoops(ArrayRef<const VectorOperand *> operands) const {
  SmallVector<Loop, 6> loops;
  for (unsigned dim : reverse(order)) {
    if (sizes[dim] == 1)
      continue;
    Loop loop = {sizes[dim], {}};
    for (const VectorOperand *operand : operands)
      loop.strides.push_back(operand->scalar ? 0 : operand->strides[dim]);
    bool merges =
        !loops.empty() &&
        all_of(zip_equal(loops.back().strides, loop.strides), [&](auto pair) {
          return std::get<1>(pair) == std::get<0>(pair) * loops.back().extent;
        });
    if (merges)
      loops.back().extent *= loop.extent;
    else
      loops.push_back(std::move(loop));
  }
  if (loops.empty())
    loops.push_back({1, SmallVector<int64_t, 3>(operands.size(), 1)});
  return loops;
}

void VectorCode::iterate(ArrayRef<Loop> loops, size_t first,
                         ArrayRef<const VectorOperand *> operands,
                         function_ref<void(ArrayRef<int64_t>)> body) {
  SmallVector<int64_t, 3> addresses;
  for (const VectorOperand *operand : operands)
    addresses.push_back(operand->address);
  SmallVector<int64_t, 6> counters(loops.size(), 0);
  for (;;) {
    body(addresses);
    size_t i = first;
    for (; i < loops.size(); ++i) {
      bool wraps = ++counters[i] == loops[i].extent;
      int64_t step = wraps ? 1 - loops[i].extent : 1;
      if (wraps)
        counters[i] = 0;
      for (auto [address, operand, stride] :
           zip_equal(addresses, operands, loops[i].strides))
        address += step * stride * elemSize(operand->type);
      if (!wraps)
        break;
    }
    if (i == loops.size())
      return;
  }
}

void VectorCode::unary(const VectorOperand &to, const VectorOperand &from,
                       Unary emit) {
  const VectorOperand *operands[] = {&to, &from};
  auto loops = getLoops(operands);
  bool contiguous = loops[0].strides[0] == 1 && loops[0].strides[1] == 1;
  int64_t count = contiguous ? loops[0].extent : 1;
  iterate(loops, contiguous ? 1 : 0, operands, [&](ArrayRef<int64_t> at) {
    emit(code.reg(at[0]), code.reg(at[1]), code.reg(count));
  });
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

namespace {
/// The forms of an operation: with a vector, a cycled one, one element per row,
/// a scalar.
struct Forms {
  using Vector = void (ProgramBuilder::*)(ElemType, Reg, Reg, Reg, Reg);
  using Spread = void (ProgramBuilder::*)(ElemType, Reg, Reg, Reg, Reg, Reg);
  Vector vector;
  Spread cycled, perRow;
  Vector scalar;
};
} // namespace

static const Forms &getForms(BinaryKind kind) {
  using B = ProgramBuilder;
  static constexpr Forms forms[] = {
      {&B::vav, &B::vavc, &B::vavr, &B::vas},
      {&B::vsv, &B::vsvc, &B::vsvr, &B::vss},
      {&B::vmv, &B::vmvc, &B::vmvr, &B::vms},
      {&B::vdv, &B::vdvc, &B::vdvr, &B::vds},
      {&B::vgtm, &B::vgtmc, &B::vgtmr, &B::vgtms},
      {&B::vltm, &B::vltmc, &B::vltmr, &B::vltms},
      {&B::vgt, &B::vgtc, &B::vgtr, &B::vgts},
      {&B::vge, &B::vgec, &B::vger, &B::vges},
      {&B::ve, &B::vec, &B::ver, &B::ves},
      {&B::vand, &B::vandc, &B::vandr, &B::vands},
      {&B::vor, &B::vorc, &B::vorr, &B::vors},
      {&B::vxor, &B::vxorc, &B::vxorr, &B::vxors},
      {&B::vpow, &B::vpowc, &B::vpowr, &B::vpows},
  };
  return forms[static_cast<unsigned>(kind)];
}

static bool isCommutative(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
  case BinaryKind::Mul:
  case BinaryKind::Max:
  case BinaryKind::Min:
  case BinaryKind::Equal:
  case BinaryKind::And:
  case BinaryKind::Or:
  case BinaryKind::Xor:
    return true;
  default:
    return false;
  }
}

void VectorCode::binary(BinaryKind kind, const VectorOperand &to,
                        const VectorOperand &a, const VectorOperand &b,
                        const VectorOperand *spare) {
  if (!isFull(a)) {
    if (isCommutative(kind) && isFull(b))
      return binary(kind, to, b, a);
    assert(spare && "no room to spread an operand");
    copy(*spare, a);
    return binary(kind, to, *spare, b);
  }
  const Forms &forms = getForms(kind);
  ProgramBuilder &builder = code.builder;
  const VectorOperand *operands[] = {&to, &a, &b};
  auto loops = getLoops(operands);
  auto isDense = [](const Loop &loop) {
    return loop.strides[0] == 1 && loop.strides[1] == 1;
  };
  ElemType type = to.type;
  if (!isDense(loops[0]) ||
      (loops[0].strides[2] != 0 && loops[0].strides[2] != 1)) {
    iterate(loops, 0, operands, [&](ArrayRef<int64_t> at) {
      if (b.scalar)
        (builder.*forms.scalar)(type, code.reg(at[0]), code.reg(at[1]),
                                code.reg(getScalarBits(*b.scalar, type)),
                                code.reg(1));
      else
        (builder.*forms.vector)(type, code.reg(at[0]), code.reg(at[1]),
                                code.reg(at[2]), code.reg(1));
    });
    return;
  }
  int64_t inner = loops[0].extent;
  if (b.scalar) {
    iterate(loops, 1, operands, [&](ArrayRef<int64_t> at) {
      (builder.*forms.scalar)(type, code.reg(at[0]), code.reg(at[1]),
                              code.reg(getScalarBits(*b.scalar, type)),
                              code.reg(inner));
    });
    return;
  }
  // A second loop of which the first two operands are rows.
  bool hasRows = loops.size() > 1 && loops[1].strides[0] == inner &&
                 loops[1].strides[1] == inner;
  int64_t outer = hasRows ? loops[1].extent : 1;
  if (loops[0].strides[2] == 1) {
    bool cycled = hasRows && loops[1].strides[2] == 0;
    iterate(loops, cycled ? 2 : 1, operands, [&](ArrayRef<int64_t> at) {
      if (cycled)
        (builder.*forms.cycled)(type, code.reg(at[0]), code.reg(at[1]),
                                code.reg(at[2]), code.reg(inner * outer),
                                code.reg(inner));
      else
        (builder.*forms.vector)(type, code.reg(at[0]), code.reg(at[1]),
                                code.reg(at[2]), code.reg(inner));
    });
    return;
  }
  bool perRow = hasRows && loops[1].strides[2] == 1;
  iterate(loops, perRow ? 2 : 1, operands, [&](ArrayRef<int64_t> at) {
    if (perRow)
      (builder.*forms.perRow)(type, code.reg(at[0]), code.reg(at[1]),
                              code.reg(at[2]), code.reg(outer),
                              code.reg(inner));
    else
      (builder.*forms.cycled)(type, code.reg(at[0]), code.reg(at[1]),
                              code.reg(at[2]), code.reg(inner), code.reg(1));
  });
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void VectorCode::fill(const VectorOperand &to, double value) {
  unary(to, to, [&](Reg at, Reg, Reg count) {
    code.builder.vfill(to.type, at, count,
                       code.reg(getElementBits(value, to.type)));
  });
}

void VectorCode::copy(const VectorOperand &to, const VectorOperand &from) {
  if (from.scalar)
    return fill(to, *from.scalar);
  if (!isFull(from)) {
    assert(from.type == to.type && "spread and converted at once");
    fill(to, 0);
    return binary(BinaryKind::Add, to, to, from);
  }
  if (from.type != to.type)
    return unary(to, from, [&](Reg at, Reg source, Reg count) {
      code.builder.vcvt(from.type, to.type, at, source, count);
    });
  const VectorOperand *operands[] = {&to, &from};
  auto loops = getLoops(operands);
  int64_t size = elemSize(to.type);
  bool contiguous = loops[0].strides[0] == 1 && loops[0].strides[1] == 1;
  int64_t bytes = contiguous ? loops[0].extent * size : size;
  size_t first = contiguous ? 1 : 0;
  if (loops.size() == first) {
    if (to.address != from.address)
      code.builder.vmove(code.reg(to.address), code.reg(from.address),
                         code.reg(bytes));
    return;
  }
  // Two loops are the instruction's rows and planes.
  const Loop one = {1, {0, 0}};
  const Loop &rows = loops[first];
  const Loop &planes = loops.size() > first + 1 ? loops[first + 1] : one;
  iterate(loops, std::min(first + 2, loops.size()), operands,
          [&](ArrayRef<int64_t> at) {
            code.set(Config::Count1, rows.extent);
            code.set(Config::DstStride1, rows.strides[0] * size);
            code.set(Config::SrcStride1, rows.strides[1] * size);
            code.set(Config::Count2, planes.extent);
            code.set(Config::DstStride2, planes.strides[0] * size);
            code.set(Config::SrcStride2, planes.strides[1] * size);
            code.builder.vmoves(code.reg(at[0]), code.reg(at[1]),
                                code.reg(bytes));
          });
}

void VectorCode::requantize(const VectorOperand &to, const VectorOperand &from,
                            int64_t table, unsigned dim) {
  const VectorOperand *operands[] = {&to, &from};
  auto loops = getLoops(operands);
  int64_t entries = sizes[dim];
  iterate(loops, 1, operands, [&](ArrayRef<int64_t> at) {
    code.builder.vreqc(code.reg(at[0]), code.reg(at[1]), code.reg(table),
                       code.reg(loops[0].extent), code.reg(entries));
  });
}
