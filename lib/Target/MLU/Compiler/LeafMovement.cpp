//===- LeafMovement.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that only move elements. Where each element comes from follows
/// from the operator's indexing; elements that lie in a row in source and
/// result become one row of a strided copy, rows at equal distances one
/// instruction.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "onnc/IR/Indexing.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

Refusal mlu::refuseMovement(Operation *op) {
  auto indexing = getIndexing(op);
  bool exact = indexing && indexing->isDataMovement;
  if (exact)
    for (const auto &access : indexing->operands)
      for (const IndexExpr &expr : access.value_or(Access()))
        exact &= expr.isExact();
  if (!exact)
    return std::string(
        "only what moves elements to places known when the model "
        "is compiled is supported");
  if (op->getName() == "onnx.Pad" && op->getOperand(2) &&
      !getScalar(op->getOperand(2)))
    return std::string("the value of the padding must be constant");
  return std::nullopt;
}

namespace {

/// Copies of \p size bytes each: two levels of them at equal distances.
struct StridedCopy {
  int64_t to, from, size;
  int64_t count1 = 1, toStride1 = 0, fromStride1 = 0;
  int64_t count2 = 1, toStride2 = 0, fromStride2 = 0;
};

/// Collects rows in ascending order of their target.
class RowCollector {
public:
  void add(int64_t to, int64_t from, int64_t size) {
    if (current.size && to == current.to + current.size &&
        from == current.from + current.size) {
      current.size += size;
      return;
    }
    flushRow();
    current = {to, from, size};
  }
  std::vector<StridedCopy> take() {
    flushRow();
    flushRows();
    flushPlanes();
    return std::move(done);
  }

private:
  void flushRow();
  void flushRows();
  void flushPlanes() {
    if (planes.size)
      done.push_back(planes);
    planes.size = 0;
  }

  StridedCopy current = {0, 0, 0}, rows = {0, 0, 0}, planes = {0, 0, 0};
  std::vector<StridedCopy> done;
};

} // namespace

void RowCollector::flushRow() {
  if (!current.size)
    return;
  if (rows.size == current.size) {
    int64_t toStride =
        current.to - (rows.to + (rows.count1 - 1) * rows.toStride1);
    int64_t fromStride =
        current.from - (rows.from + (rows.count1 - 1) * rows.fromStride1);
    if (rows.count1 == 1 ||
        (toStride == rows.toStride1 && fromStride == rows.fromStride1)) {
      rows.toStride1 = toStride;
      rows.fromStride1 = fromStride;
      ++rows.count1;
      current.size = 0;
      return;
    }
  }
  flushRows();
  rows = current;
  current.size = 0;
}

void RowCollector::flushRows() {
  if (!rows.size)
    return;
  bool alike = planes.size == rows.size && planes.count1 == rows.count1 &&
               planes.toStride1 == rows.toStride1 &&
               planes.fromStride1 == rows.fromStride1;
  if (alike) {
    int64_t toStride =
        rows.to - (planes.to + (planes.count2 - 1) * planes.toStride2);
    int64_t fromStride =
        rows.from - (planes.from + (planes.count2 - 1) * planes.fromStride2);
    if (planes.count2 == 1 ||
        (toStride == planes.toStride2 && fromStride == planes.fromStride2)) {
      planes.toStride2 = toStride;
      planes.fromStride2 = fromStride;
      ++planes.count2;
      rows.size = 0;
      return;
    }
  }
  flushPlanes();
  planes = rows;
  rows.size = 0;
}

/// A matrix of single elements, read along its columns.
static bool isTransposition(const StridedCopy &c, int64_t elementBytes) {
  return c.size == elementBytes && c.count1 > 1 && c.count2 > 1 &&
         c.toStride1 == elementBytes &&
         c.toStride2 == c.count1 * elementBytes &&
         c.fromStride2 == elementBytes &&
         c.fromStride1 == c.count2 * elementBytes;
}

static void emitCopies(CoreCode &code, ArrayRef<StridedCopy> copies,
                       ElemType type) {
  ProgramBuilder &b = code.builder;
  for (const StridedCopy &c : copies) {
    Reg to = code.reg(c.to), from = code.reg(c.from);
    if (c.count1 == 1 && c.count2 == 1) {
      b.vmove(to, from, code.reg(c.size));
      continue;
    }
    if (isTransposition(c, elemSize(type))) {
      b.vtrans(type, to, from, code.reg(c.count1), code.reg(c.count2));
      continue;
    }
    code.set(Config::Count1, c.count1);
    code.set(Config::Count2, c.count2);
    code.set(Config::DstStride1, c.toStride1);
    code.set(Config::SrcStride1, c.fromStride1);
    code.set(Config::DstStride2, c.toStride2);
    code.set(Config::SrcStride2, c.fromStride2);
    b.vmoves(to, from, code.reg(c.size));
  }
}

/// The index that \p expr gives at a point; it is exact.
static int64_t getIndex(const IndexExpr &expr, ArrayRef<int64_t> point) {
  int64_t sum = expr.constant;
  for (const IndexTerm &term : expr.terms) {
    int64_t value = divideFloorSigned(point[term.dim], term.divisor);
    if (term.modulus)
      value = mod(value, term.modulus);
    sum += term.coefficient * value;
  }
  sum = divideFloorSigned(sum, expr.divisor);
  return expr.modulus ? mod(sum, expr.modulus) : sum;
}

/// Calls \p visit for each element of \p view, in the order of memory: its
/// index and address.
static void
forEachElement(const DeviceView &view,
               function_ref<void(ArrayRef<int64_t>, int64_t)> visit) {
  SmallVector<int64_t, 6> index;
  for (Range range : view.box)
    index.push_back(range.lo);
  for (;;) {
    visit(index, view.getAddress(index));
    size_t i = view.order.size();
    for (; i; --i) {
      unsigned dim = view.order[i - 1];
      if (++index[dim] < view.box[dim].hi)
        break;
      index[dim] = view.box[dim].lo;
    }
    if (!i)
      return;
  }
}

void mlu::emitMovement(Leaf &leaf) {
  Operation *op = leaf.plan.root;
  Indexing indexing = *getIndexing(op);
  DeviceView y = leaf.getResult(op->getResult());
  // Constants of one element are part of the kernel.
  struct Source {
    const DeviceView *view;
    const Access *access;
    SmallVector<int64_t, 6> shape;
    double scalar = 0;
  };
  SmallVector<Source, 4> sources;
  for (auto [i, access] : enumerate(indexing.operands))
    if (access) {
      const Value *operand = op->getOperand(i);
      sources.push_back({leaf.getInput(operand), &*access,
                         *operand->getTensorType().getStaticShape(),
                         getScalar(operand).value_or(0)});
    }
  // The iteration that writes an element, from its index.
  SmallVector<int64_t, 8> point(indexing.dims.size(), 0);
  SmallVector<int64_t, 6> from;
  RowCollector rows;
  SmallVector<std::pair<int64_t, double>, 4> scalars;
  bool hasPadding = false;
  int64_t size = elemSize(y.type);
  forEachElement(y, [&](ArrayRef<int64_t> index, int64_t address) {
    for (auto [expr, i] : zip_equal(indexing.results[0], index))
      if (auto dim = expr.getSingleDim())
        point[*dim] = i - expr.constant;
    for (const Source &source : sources) {
      from.clear();
      bool inside = true;
      for (auto [expr, extent] : zip_equal(*source.access, source.shape)) {
        from.push_back(getIndex(expr, point));
        inside &= from.back() >= 0 && from.back() < extent;
      }
      if (!inside)
        continue;
      if (source.view)
        rows.add(address, source.view->getAddress(from), size);
      else
        scalars.push_back({address, source.scalar});
      return;
    }
    hasPadding = true;
  });
  VectorCode v = leaf.getVectors();
  if (hasPadding)
    v.fill(VectorCode::getOperand(y),
           op->getName() == "onnx.Pad" && op->getOperand(2)
               ? *getScalar(op->getOperand(2))
               : 0);
  emitCopies(leaf.code, rows.take(), y.type);
  for (auto [address, value] : scalars)
    leaf.builder().vfill(y.type, leaf.code.reg(address), leaf.code.reg(1),
                         leaf.code.reg(getElementBits(value, y.type)));
}
