//===- LeafRows.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators along dimensions that lie together in memory: Softmax,
/// LayerNormalization, reductions, LRN. They compute in FP32 and round once.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "MLUTileModel.h"
#include "RowShape.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static constexpr ElemType f16 = ElemType::F16, f32 = ElemType::F32;
static constexpr int64_t wordBytes = 4;

//===----------------------------------------------------------------------===//
// Which dimensions
//===----------------------------------------------------------------------===//

/// The dimensions along which \p op works; nullopt where they aren't known.
static std::optional<SmallVector<int64_t, 4>> getAxes(Operation *op) {
  int64_t rank = op->getOperand(0)->getTensorType().getRank();
  auto normalize = [&](int64_t axis) { return axis < 0 ? axis + rank : axis; };
  StringRef name = op->getInfo().getShortName();
  if (name == "LRN")
    return SmallVector<int64_t, 4>{1};
  if (name == "Softmax" || name == "LogSoftmax")
    return SmallVector<int64_t, 4>{normalize(op->getInt("axis", -1))};
  SmallVector<int64_t, 4> axes;
  if (name == "LayerNormalization") {
    for (int64_t d = normalize(op->getInt("axis", -1)); d < rank; ++d)
      axes.push_back(d);
    return axes;
  }
  Value *given = op->getOperand(1);
  if (given) {
    ConstantAttr constant = getConstantValue(given);
    auto values = constant ? constant.getIntValues() : std::nullopt;
    if (!values)
      return std::nullopt;
    for (int64_t axis : *values)
      axes.push_back(normalize(axis));
  }
  if (axes.empty() && !op->getInt("noop_with_empty_axes", 0))
    for (int64_t d = 0; d < rank; ++d)
      axes.push_back(d);
  return axes;
}

std::optional<RowShape> mlu::getRowShape(Operation *op) {
  auto axes = getAxes(op);
  if (!axes)
    return std::nullopt;
  RowShape shape;
  TensorType type = op->getOperand(0)->getTensorType();
  shape.sizes = *type.getStaticShape();
  auto order = getTensorOrder(type.getRank());
  // What is 1 stands anywhere.
  SmallVector<unsigned, 6> positions;
  for (auto [i, dim] : enumerate(order))
    if (is_contained(*axes, dim) && shape.sizes[dim] != 1)
      positions.push_back(i);
  for (auto [i, dim] : enumerate(order)) {
    bool reduced = is_contained(*axes, dim);
    (reduced                                      ? shape.axes
     : positions.empty() || i < positions.front() ? shape.outer
                                                  : shape.inner)
        .push_back(dim);
  }
  for (unsigned i = 1; i < positions.size(); ++i)
    for (unsigned between = positions[i - 1] + 1; between < positions[i];
         ++between)
      if (shape.sizes[order[between]] != 1 &&
          !is_contained(*axes, order[between]))
        return std::nullopt;
  return shape;
}

Refusal mlu::refuseRows(Operation *op) {
  StringRef name = op->getInfo().getShortName();
  auto axes = getAxes(op);
  if (!axes)
    return std::string("the axes must be constant");
  auto shape = getRowShape(op);
  if (!shape)
    return std::string("axes that don't lie together in memory (of images: "
                       "N, H, W, C) aren't supported");
  auto type =
      getComputeType(op->getOperand(0)->getTensorType().getElementType());
  bool maximum = name == "ReduceMax" || name == "ReduceMin";
  if (type != f16 && !maximum)
    return std::string("only floating-point operands are supported");
  if (name == "LRN" && op->getOperand(0)->getTensorType().getRank() != 4)
    return std::string("only inputs of rank 4 are supported");
  if (name == "LayerNormalization") {
    for (unsigned dim : shape->inner)
      if (shape->sizes[dim] != 1)
        return std::string("axes that don't lie together in memory (of images: "
                           "N, H, W, C) aren't supported");
    for (unsigned i : {1, 2})
      if (Value *operand = op->getOperand(i))
        if (operand->getTensorType().getRank() != shape->axes.size())
          return std::string("scale and bias must have the shape of what is "
                             "normalised");
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

namespace {

/// Tiles as [outer][length][inner] of FP32 in working storage.
class RowLeaf {
public:
  explicit RowLeaf(Leaf &leaf)
      : leaf(leaf), code(leaf.code), b(leaf.code.builder), op(leaf.plan.root),
        shape(*getRowShape(op)), x(leaf.inputs[op->getOperand(0)->getIndex()]),
        y(leaf.getResult(op->getResult())) {
    for (unsigned dim : shape.outer)
      outer *= x.getSize(dim);
    for (unsigned dim : shape.axes)
      length *= x.getSize(dim);
    for (unsigned dim : shape.inner)
      inner *= x.getSize(dim);
    volume = outer * length * inner;
  }

  void emitSoftmax();
  void emitLayerNorm();
  void emitReduction();
  void emitLRN();

private:
  Reg at(int64_t address) { return code.reg(address); }
  Reg count(int64_t n) { return code.reg(n); }
  /// A tile of as many elements as x, number \p i in the working storage.
  int64_t tile(unsigned i) const {
    return leaf.rootScratch + i * volume * wordBytes;
  }
  /// x to FP32 at tile 0, and back to y.
  void widen();
  void narrow();
  /// Calls \p emit for each [length][inner] matrix of tile 0: its index and
  /// address, and that of its row of results at \p results.
  void forEachOuter(int64_t results,
                    function_ref<void(int64_t from, int64_t row)> emit);

  Leaf &leaf;
  CoreCode &code;
  ProgramBuilder &b;
  Operation *op;
  RowShape shape;
  const DeviceView &x;
  DeviceView y;
  int64_t outer = 1, length = 1, inner = 1, volume;
};

} // namespace

void RowLeaf::widen() {
  VectorCode v = leaf.getVectors();
  v.copy(v.getDense(tile(0), f32), leaf.getOperand(op->getOperand(0)));
}

void RowLeaf::narrow() {
  VectorCode v = leaf.getVectors();
  v.copy(VectorCode::getOperand(y), v.getDense(tile(0), f32));
}

void RowLeaf::forEachOuter(int64_t results,
                           function_ref<void(int64_t, int64_t)> emit) {
  for (int64_t o = 0; o < outer; ++o)
    emit(tile(0) + o * length * inner * wordBytes,
         results + o * inner * wordBytes);
}

void RowLeaf::emitSoftmax() {
  bool log = op->getInfo().getShortName() == "LogSoftmax";
  int64_t exponentials = log ? tile(1) : tile(0);
  int64_t row = tile(log ? 2 : 1);
  widen();
  if (inner == 1) {
    Reg r = at(row), rows = count(outer), columns = count(length);
    b.vmax(f32, r, at(tile(0)), rows, columns);
    b.vsvr(f32, at(tile(0)), at(tile(0)), r, rows, columns);
    b.vexp(f32, at(exponentials), at(tile(0)), count(volume));
    b.vsum(f32, f32, r, at(exponentials), rows, columns);
    if (log) {
      b.vlog(f32, r, r, rows);
      b.vsvr(f32, at(tile(0)), at(tile(0)), r, rows, columns);
    } else {
      b.vdvr(f32, at(tile(0)), at(tile(0)), r, rows, columns);
    }
    return narrow();
  }
  forEachOuter(row, [&](int64_t from, int64_t result) {
    Reg r = at(result), t = at(from), rows = count(length),
        columns = count(inner), n = count(length * inner);
    Reg e = at(exponentials + (from - tile(0)));
    b.vcmax(f32, r, t, rows, columns);
    b.vsvc(f32, t, t, r, n, columns);
    b.vexp(f32, e, t, n);
    b.vcsum(f32, f32, r, e, rows, columns);
    if (log) {
      b.vlog(f32, r, r, columns);
      b.vsvc(f32, t, t, r, n, columns);
    } else {
      b.vdvc(f32, t, t, r, n, columns);
    }
  });
  narrow();
}

void RowLeaf::emitLayerNorm() {
  widen();
  Reg t = at(tile(0)), squares = at(tile(1)), r = at(tile(2)),
      rows = count(outer), columns = count(length), n = count(volume);
  Reg share = code.floatReg(float(1.0 / length));
  b.vsum(f32, f32, r, t, rows, columns);
  b.vms(f32, r, r, share, rows);
  b.vsvr(f32, t, t, r, rows, columns);
  b.vmv(f32, squares, t, t, n);
  b.vsum(f32, f32, r, squares, rows, columns);
  b.vms(f32, r, r, share, rows);
  b.vas(f32, r, r, code.floatReg(float(op->getFloat("epsilon", 1e-5))), rows);
  b.vrsqrt(f32, r, r, rows);
  b.vmvr(f32, t, t, r, rows, columns);
  VectorCode v = leaf.getVectors();
  VectorOperand sums = v.getDense(tile(0), f32);
  v.binary(BinaryKind::Mul, sums, sums, leaf.getOperand(op->getOperand(1)));
  if (op->getOperand(2))
    v.binary(BinaryKind::Add, sums, sums, leaf.getOperand(op->getOperand(2)));
  narrow();
}

void RowLeaf::emitReduction() {
  StringRef name = op->getInfo().getShortName();
  bool maximum = name == "ReduceMax", minimum = name == "ReduceMin";
  bool sums = !maximum && !minimum;
  int64_t results = outer * inner;
  int64_t to = sums ? leaf.rootScratch : y.address;
  ElemType result = sums ? f32 : x.type;
  for (int64_t o = 0; o < (inner == 1 ? 1 : outer); ++o) {
    Reg r = at(to + o * inner * elemSize(result)),
        from = at(x.address + o * length * inner * elemSize(x.type));
    Reg rows = count(inner == 1 ? outer : length),
        columns = count(inner == 1 ? length : inner);
    if (sums && inner == 1)
      b.vsum(x.type, f32, r, from, rows, columns);
    else if (sums)
      b.vcsum(x.type, f32, r, from, rows, columns);
    else if (inner == 1)
      maximum ? b.vmax(x.type, r, from, rows, columns)
              : b.vmin(x.type, r, from, rows, columns);
    else
      maximum ? b.vcmax(x.type, r, from, rows, columns)
              : b.vcmin(x.type, r, from, rows, columns);
  }
  if (!sums)
    return;
  if (name == "ReduceMean")
    b.vms(f32, at(to), at(to), code.floatReg(float(1.0 / length)),
          count(results));
  b.vcvt(f32, y.type, at(y.address), at(to), count(results));
}

void RowLeaf::emitLRN() {
  widen();
  double size = op->getInt("size", 1);
  Reg t = at(tile(0)), squares = at(tile(1)), sums = at(tile(2)),
      n = count(volume);
  b.vmv(f32, squares, t, t, n);
  code.set(Config::KW, int64_t(size));
  code.set(Config::PadL, (int64_t(size) - 1) / 2);
  b.vwsum(f32, sums, squares, count(outer), count(length));
  b.vms(f32, sums, sums,
        code.floatReg(float(op->getFloat("alpha", 1e-4) / size)), n);
  b.vas(f32, sums, sums, code.floatReg(float(op->getFloat("bias", 1))), n);
  b.vpows(f32, sums, sums, code.floatReg(float(op->getFloat("beta", 0.75))), n);
  b.vdv(f32, t, t, sums, n);
  narrow();
}

void mlu::emitSoftmax(Leaf &leaf) { RowLeaf(leaf).emitSoftmax(); }
void mlu::emitLayerNorm(Leaf &leaf) { RowLeaf(leaf).emitLayerNorm(); }
void mlu::emitReduction(Leaf &leaf) { RowLeaf(leaf).emitReduction(); }
void mlu::emitLRN(Leaf &leaf) { RowLeaf(leaf).emitLRN(); }
