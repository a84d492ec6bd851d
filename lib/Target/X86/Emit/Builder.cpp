//===- Builder.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builder.h"

using namespace onnc;
using namespace onnc::x86;
using llvm::Align;
using llvm::ArrayRef;
using llvm::BasicBlock;
using llvm::ConstantInt;
using llvm::dyn_cast;
using llvm::function_ref;

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

bool Operand::isSupported(const Layout &layout) {
  llvm::SmallVector<unsigned, 4> seen;
  for (const Layout::Block &block : layout.getBlocks()) {
    if (llvm::is_contained(seen, block.dim))
      return false;
    seen.push_back(block.dim);
  }
  return true;
}

Operand Operand::get(BufferType type, ArrayRef<int64_t> domain,
                     IRValue *pointer) {
  Layout layout = type.getLayout();
  Operand operand;
  operand.pointer = pointer;
  operand.element = type.getElementType();
  operand.shape.assign(domain.begin(), domain.end());
  operand.strides.assign(layout.getStrides(type.getShape()));
  operand.blocks.assign(domain.size(), 1);
  operand.innerStrides.assign(domain.size(), 0);
  int64_t inner = 1;
  for (const Layout::Block &block : llvm::reverse(layout.getBlocks())) {
    operand.blocks[block.dim] = block.size;
    operand.innerStrides[block.dim] = inner;
    inner *= block.size;
  }
  return operand;
}

bool Operand::isContiguous(unsigned dim, unsigned lanes) const {
  if (blocks[dim] == 1)
    return strides[dim] == 1;
  return innerStrides[dim] == 1 && blocks[dim] % lanes == 0;
}

std::optional<unsigned> Operand::getContiguousDim(unsigned lanes) const {
  // Of several (sizes of 1 make them) the longest.
  std::optional<unsigned> best;
  for (unsigned d = 0; d != getRank(); ++d)
    if (isContiguous(d, lanes) && (!best || shape[d] > shape[*best]))
      best = d;
  return best;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

IRType *LeafBuilder::getElementType(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return getFloatTy();
  case ElementType::F64:
    return getDoubleTy();
  case ElementType::F16:
    return getHalfTy();
  case ElementType::BF16:
    return getBFloatTy();
  default:
    return getIntNTy(getBitWidth(type));
  }
}

static ConstantInt *asConstant(IRValue *value) {
  return dyn_cast<ConstantInt>(value);
}

IRValue *LeafBuilder::add(IRValue *a, IRValue *b) {
  if (ConstantInt *c = asConstant(b); c && c->isZero())
    return a;
  if (ConstantInt *c = asConstant(a); c && c->isZero())
    return b;
  return CreateNSWAdd(a, b);
}

IRValue *LeafBuilder::mul(IRValue *a, int64_t b) {
  return b == 1 ? a : CreateNSWMul(a, ConstantInt::get(a->getType(), b));
}

IRValue *LeafBuilder::divFloor(IRValue *a, int64_t b) {
  if (b == 1)
    return a;
  IRType *type = a->getType();
  if (llvm::isPowerOf2_64(b))
    return CreateAShr(a, ConstantInt::get(type, llvm::Log2_64(b)));
  IRValue *q = CreateSDiv(a, ConstantInt::get(type, b));
  IRValue *r = CreateSRem(a, ConstantInt::get(type, b));
  IRValue *below = CreateICmpSLT(r, ConstantInt::get(type, 0));
  return CreateAdd(q, CreateSExt(below, type));
}

IRValue *LeafBuilder::modFloor(IRValue *a, int64_t b) {
  if (llvm::isPowerOf2_64(b))
    return CreateAnd(a, ConstantInt::get(a->getType(), b - 1));
  return CreateSub(a, mul(divFloor(a, b), b));
}

IRValue *LeafBuilder::min(IRValue *a, IRValue *b) {
  return CreateBinaryIntrinsic(llvm::Intrinsic::smin, a, b);
}

IRValue *LeafBuilder::max(IRValue *a, IRValue *b) {
  return CreateBinaryIntrinsic(llvm::Intrinsic::smax, a, b);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

IRValues LeafBuilder::loop(IRRange range, int64_t step,
                           ArrayRef<IRValue *> init,
                           function_ref<IRValues(IRValue *, IRValues)> body) {
  ConstantInt *lo = asConstant(range.lo), *hi = asConstant(range.hi);
  if (lo && hi) {
    if (lo->getSExtValue() >= hi->getSExtValue())
      return IRValues(init);
    if (lo->getSExtValue() + step >= hi->getSExtValue())
      return body(lo, IRValues(init));
  }
  llvm::Function *function = GetInsertBlock()->getParent();
  BasicBlock *before = GetInsertBlock();
  BasicBlock *head = BasicBlock::Create(Context, "loop", function);
  BasicBlock *after = BasicBlock::Create(Context, "end", function);
  if (lo && hi)
    CreateBr(head);
  else
    CreateCondBr(CreateICmpSLT(range.lo, range.hi), head, after);

  SetInsertPoint(head);
  llvm::PHINode *counter = CreatePHI(getInt64Ty(), 2);
  counter->addIncoming(range.lo, before);
  llvm::SmallVector<llvm::PHINode *> carried;
  for (IRValue *value : init) {
    carried.push_back(CreatePHI(value->getType(), 2));
    carried.back()->addIncoming(value, before);
  }
  IRValues next = body(counter, IRValues(carried.begin(), carried.end()));
  IRValue *count = CreateNSWAdd(counter, i64(step));
  BasicBlock *latch = GetInsertBlock();
  counter->addIncoming(count, latch);
  for (auto [phi, value] : llvm::zip_equal(carried, next))
    phi->addIncoming(value, latch);
  CreateCondBr(CreateICmpSLT(count, range.hi), head, after);

  SetInsertPoint(after);
  IRValues results;
  for (auto [value, start] : llvm::zip_equal(next, init)) {
    llvm::PHINode *phi = CreatePHI(value->getType(), 2);
    phi->addIncoming(value, latch);
    if (!(lo && hi))
      phi->addIncoming(start, before);
    results.push_back(phi);
  }
  return results;
}

void LeafBuilder::loop(IRRange range, int64_t step,
                       function_ref<void(IRValue *)> body) {
  loop(range, step, {}, [&](IRValue *counter, IRValues) {
    body(counter);
    return IRValues();
  });
}

IRValues LeafBuilder::branch(IRValue *condition, function_ref<IRValues()> then,
                             function_ref<IRValues()> otherwise) {
  if (ConstantInt *known = asConstant(condition))
    return known->isOne() ? then() : otherwise();
  llvm::Function *function = GetInsertBlock()->getParent();
  BasicBlock *yes = BasicBlock::Create(Context, "then", function);
  BasicBlock *no = BasicBlock::Create(Context, "else", function);
  BasicBlock *after = BasicBlock::Create(Context, "end", function);
  CreateCondBr(condition, yes, no);
  SetInsertPoint(yes);
  IRValues a = then();
  BasicBlock *yesEnd = GetInsertBlock();
  CreateBr(after);
  SetInsertPoint(no);
  IRValues b = otherwise();
  BasicBlock *noEnd = GetInsertBlock();
  CreateBr(after);
  SetInsertPoint(after);
  IRValues results;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    llvm::PHINode *phi = CreatePHI(x->getType(), 2);
    phi->addIncoming(x, yesEnd);
    phi->addIncoming(y, noEnd);
    results.push_back(phi);
  }
  return results;
}

void LeafBuilder::branch(IRValue *condition, function_ref<void()> then) {
  branch(
      condition,
      [&] {
        then();
        return IRValues();
      },
      [] { return IRValues(); });
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

bool x86::isVector(ArrayRef<Coord> coords) {
  return llvm::any_of(coords,
                      [](const Coord &c) { return c.kind != Coord::Uniform; });
}

IRValue *LeafBuilder::splat(IRValue *value) {
  return value->getType()->isVectorTy() ? value
                                        : CreateVectorSplat(lanes, value);
}

IRValue *LeafBuilder::getLane(const Coord &coord, unsigned lane) {
  if (coord.kind == Coord::Uniform)
    return coord.index;
  if (coord.kind == Coord::Lanes)
    return add(coord.index, lane);
  return CreateExtractElement(coord.index, i64(lane));
}

Coords LeafBuilder::getLane(ArrayRef<Coord> coords, unsigned lane) {
  Coords out;
  for (const Coord &coord : coords)
    out.push_back({getLane(coord, lane)});
  return out;
}

IRValue *LeafBuilder::getElementAddress(IRType *type, IRValue *pointer,
                                        IRValue *offset) {
  if (ConstantInt *c = asConstant(offset); c && c->isZero())
    return pointer;
  return CreateGEP(type, pointer, offset);
}

IRValue *LeafBuilder::getAddress(const Operand &operand,
                                 ArrayRef<IRValue *> index) {
  IRValue *offset = i64(0);
  for (auto [d, i] : llvm::enumerate(index)) {
    int64_t block = operand.blocks[d];
    if (operand.shape[d] == 1 && asConstant(i) && asConstant(i)->isZero())
      continue;
    offset = add(offset, mul(divFloor(i, block), operand.strides[d]));
    if (block > 1)
      offset = add(offset, mul(modFloor(i, block), operand.innerStrides[d]));
  }
  return getElementAddress(getElementType(operand.element), operand.pointer,
                           offset);
}

IRValue *LeafBuilder::widen(IRValue *value, ElementType type) {
  IRType *wide = nullptr;
  if (type == ElementType::F16 || type == ElementType::BF16)
    wide = getFloatTy();
  if (type != ElementType::Bool && !wide)
    return value;
  if (type == ElementType::Bool)
    return CreateICmpNE(value, ConstantInt::get(value->getType(), 0));
  if (value->getType()->isVectorTy())
    wide = getVectorType(wide);
  return CreateFPExt(value, wide);
}

IRValue *LeafBuilder::narrow(IRValue *value, ElementType type) {
  IRType *element = getElementType(type);
  if (value->getType()->isVectorTy())
    element = getVectorType(element);
  if (value->getType() == element)
    return value;
  return type == ElementType::Bool ? CreateZExt(value, element)
                                   : CreateFPTrunc(value, element);
}

/// The only coordinate that differs between lanes, where it makes them
/// neighbours in memory.
std::optional<unsigned> LeafBuilder::findVectorAccess(const Operand &operand,
                                                      ArrayRef<Coord> coords) {
  std::optional<unsigned> dim;
  for (auto [d, coord] : llvm::enumerate(coords)) {
    if (coord.kind == Coord::Uniform)
      continue;
    // Lanes may start anywhere in an unblocked dimension only.
    if (dim || coord.kind == Coord::Vector || !operand.isContiguous(d, lanes) ||
        (operand.blocks[d] > 1 && !coord.aligned))
      return std::nullopt;
    dim = d;
  }
  return dim;
}

IRValue *LeafBuilder::load(const Operand &operand, ArrayRef<Coord> coords) {
  IRType *type = getElementType(operand.element);
  Align align(std::max(1u, getBitWidth(operand.element) / 8));
  if (!isVector(coords) || findVectorAccess(operand, coords)) {
    IRValues index;
    for (const Coord &coord : coords)
      index.push_back(coord.index);
    IRValue *address = getAddress(operand, index);
    IRType *loaded = isVector(coords) ? getVectorType(type) : type;
    return widen(CreateAlignedLoad(loaded, address, align), operand.element);
  }
  IRValue *vector = llvm::PoisonValue::get(getVectorType(type));
  for (unsigned lane = 0; lane != lanes; ++lane) {
    IRValues index;
    for (const Coord &coord : coords)
      index.push_back(getLane(coord, lane));
    IRValue *element =
        CreateAlignedLoad(type, getAddress(operand, index), align);
    vector = CreateInsertElement(vector, element, i64(lane));
  }
  return widen(vector, operand.element);
}

void LeafBuilder::store(const Operand &operand, ArrayRef<Coord> coords,
                        IRValue *value) {
  Align align(std::max(1u, getBitWidth(operand.element) / 8));
  if (isVector(coords))
    value = splat(value);
  value = narrow(value, operand.element);
  if (!isVector(coords) || findVectorAccess(operand, coords)) {
    IRValues index;
    for (const Coord &coord : coords)
      index.push_back(coord.index);
    CreateAlignedStore(value, getAddress(operand, index), align);
    return;
  }
  for (unsigned lane = 0; lane != lanes; ++lane) {
    IRValues index;
    for (const Coord &coord : coords)
      index.push_back(getLane(coord, lane));
    CreateAlignedStore(CreateExtractElement(value, i64(lane)),
                       getAddress(operand, index), align);
  }
}
