//===- LeafProduct.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Matrix products: Gemm, MatMul, MatMulInteger. The second operand is in WRAM,
/// [n][k] or [k][n] as it lies in device memory; leading dimensions are
/// batches, one instruction each.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

Refusal mlu::refuseProduct(Operation *op) {
  auto rank = [&](unsigned i) {
    return op->getOperand(i)->getTensorType().getRank();
  };
  if (rank(1) < 2)
    return std::string("a vector as second operand isn't supported");
  for (unsigned i : {0, 1})
    if (op->getOperand(i)->getTensorType().getElementType() == ElementType::I32)
      return std::string("products of 32-bit integers aren't supported");
  if (op->getName() == "onnx.MatMulInteger") {
    if (op->getOperand(2) && !getScalar(op->getOperand(2)))
      return std::string("the zero point of the first operand must be one "
                         "constant");
    if (op->getOperand(3) && getScalar(op->getOperand(3)) != 0.0)
      return std::string("the zero point of the second operand must be 0");
  }
  return std::nullopt;
}

namespace {

class ProductLeaf {
public:
  explicit ProductLeaf(Leaf &leaf)
      : leaf(leaf), code(leaf.code), op(leaf.plan.root),
        a(leaf.inputs[op->getOperand(0)->getIndex()]),
        b(leaf.inputs[op->getOperand(1)->getIndex()]),
        y(leaf.getResult(op->getResult())) {
    // A vector is a matrix of one row.
    if (a.getRank() == 1) {
      addRow(a, 0);
      addRow(y, y.getRank() - 1);
    }
  }
  void emit();

private:
  static void addRow(DeviceView &view, unsigned dim) {
    view.box.insert(view.box.begin() + dim, Range{0, 1});
    view.strides.insert(view.strides.begin() + dim, 0);
    view.domain.insert(view.domain.begin() + dim, 1);
  }
  /// The address of \p operand's matrix for the batch at \p index of y.
  static int64_t getMatrix(const DeviceView &operand, ArrayRef<int64_t> index);
  void emitMatrix(ArrayRef<int64_t> index);
  void multiply(int64_t out, ElemType type, int64_t partial, bool hasPartial);
  /// C, broadcast to the matrix at \p index.
  VectorOperand getAddend(ArrayRef<int64_t> index) const;
  std::optional<int64_t> getVectorBias();

  Leaf &leaf;
  CoreCode &code;
  Operation *op;
  DeviceView a;
  const DeviceView &b;
  DeviceView y;
  bool transposed = false; ///< B lies as [k][n].
  Range kRange;
  int64_t m = 0, n = 0, k = 0;
  int64_t aAddress = 0, bAddress = 0;
};

} // namespace

int64_t ProductLeaf::getMatrix(const DeviceView &operand,
                               ArrayRef<int64_t> index) {
  SmallVector<int64_t, 6> at;
  unsigned rank = operand.getRank();
  for (unsigned i = 0; i < rank; ++i) {
    bool batch = i + 2 < rank;
    int64_t batchIndex = index[index.size() - rank + i];
    at.push_back(!batch                   ? operand.box[i].lo
                 : operand.domain[i] == 1 ? 0
                                          : batchIndex);
  }
  return operand.getAddress(at);
}

void ProductLeaf::multiply(int64_t out, ElemType type, int64_t partial,
                           bool hasPartial) {
  ProgramBuilder &builder = leaf.builder();
  Reg o = code.reg(out), x = code.reg(aAddress), w = code.reg(bAddress),
      rm = code.reg(m), rn = code.reg(n), rk = code.reg(k);
  if (hasPartial) {
    Reg p = code.reg(partial);
    if (transposed)
      builder.mmmta(a.type, type, o, x, w, rm, rn, rk, p);
    else
      builder.mmma(a.type, type, o, x, w, rm, rn, rk, p);
  } else if (transposed) {
    builder.mmmt(a.type, type, o, x, w, rm, rn, rk);
  } else {
    builder.mmm(a.type, type, o, x, w, rm, rn, rk);
  }
}

VectorOperand ProductLeaf::getAddend(ArrayRef<int64_t> index) const {
  const Value *c = op->getOperand(2);
  if (auto scalar = getScalar(c))
    return VectorOperand::number(*scalar);
  const DeviceView &view = *leaf.getInput(c);
  VectorOperand operand;
  operand.type = view.type;
  operand.address = view.address;
  operand.strides.assign(2, 0);
  unsigned rank = y.getRank();
  for (unsigned i = 0; i < view.getRank(); ++i) {
    unsigned dim = 2 - view.getRank() + i;
    if (view.domain[i] == 1)
      continue;
    operand.strides[dim] = view.strides[i];
    operand.address += (y.box[rank - 2 + dim].lo - view.box[i].lo) *
                       view.strides[i] * elemSize(view.type);
  }
  return operand;
}

/// A bias that the product may start from as it stands in memory.
std::optional<int64_t> ProductLeaf::getVectorBias() {
  if (ConstantAttr constant = getRequantizedBias(leaf.plan)) {
    auto values = readNumbers(constant);
    Range columns = y.box.back();
    if (values.size() == 1)
      values.resize(columns.hi, values[0]);
    std::string bytes;
    for (double value : ArrayRef(values).slice(columns.lo, columns.size())) {
      uint32_t word = getScalarBits(value, ElemType::I32);
      bytes.append(reinterpret_cast<const char *>(&word), sizeof(word));
    }
    return code.getParameter(bytes);
  }
  if (op->getName() != "onnx.Gemm" || !op->getOperand(2) || transposed ||
      op->getFloat("alpha", 1) != 1 || op->getFloat("beta", 1) != 1)
    return std::nullopt;
  const DeviceView *view = leaf.getInput(op->getOperand(2));
  if (!view || view->domain.back() != y.domain.back() ||
      (view->getRank() == 2 && view->domain[0] != 1))
    return std::nullopt;
  SmallVector<int64_t, 2> at(view->getRank(), 0);
  at.back() = y.box.back().lo;
  return view->getAddress(at);
}

void ProductLeaf::emitMatrix(ArrayRef<int64_t> index) {
  ProgramBuilder &builder = leaf.builder();
  SmallVector<int64_t, 6> at(index);
  unsigned rank = y.getRank();
  at[rank - 2] = y.box[rank - 2].lo;
  at[rank - 1] = y.box[rank - 1].lo;
  int64_t out = y.getAddress(at);
  aAddress = getMatrix(a, index);
  bAddress = getMatrix(b, index);
  if (kRange.lo > 0) // A later part of a cut sum.
    return multiply(out, y.type, out, true);
  if (auto bias = getVectorBias()) {
    if (!transposed)
      return builder.mmmb(a.type, y.type, code.reg(out), code.reg(aAddress),
                          code.reg(bAddress), code.reg(m), code.reg(n),
                          code.reg(k), code.reg(*bias));
    // From sums that hold the bias.
    int64_t sizes[] = {m, n};
    unsigned order[] = {0, 1};
    VectorCode v(code, sizes, order);
    VectorOperand sum = v.getDense(out, y.type), c;
    c.type = y.type;
    c.address = *bias;
    c.strides = {0, 1};
    v.copy(sum, c);
    return multiply(out, y.type, out, true);
  }
  double alpha = op->getFloat("alpha", 1), beta = op->getFloat("beta", 1);
  bool adds = op->getName() == "onnx.Gemm" && op->getOperand(2) && beta != 0;
  if (!adds && alpha == 1)
    return multiply(out, y.type, 0, false);

  // In FP32: alpha · (A · B + (beta / alpha) · C), then rounded once.
  int64_t sizes[] = {m, n};
  unsigned order[] = {0, 1};
  VectorCode v(code, sizes, order);
  bool cut = y.type == ElemType::F32;
  int64_t work = cut ? out : leaf.rootScratch;
  VectorOperand sum = v.getDense(work, ElemType::F32);
  if (adds && alpha == 1 && beta == 1) {
    v.copy(sum, getAddend(index));
    return multiply(out, y.type, work, true);
  }
  multiply(work, ElemType::F32, 0, false);
  if (adds && beta != alpha)
    v.binary(BinaryKind::Mul, sum, sum, VectorOperand::number(alpha / beta));
  if (adds)
    v.binary(BinaryKind::Add, sum, sum, getAddend(index));
  double factor = adds ? beta : alpha;
  if (factor != 1)
    v.binary(BinaryKind::Mul, sum, sum, VectorOperand::number(factor));
  v.copy(v.getDense(out, y.type), sum);
}

void ProductLeaf::emit() {
  unsigned rank = y.getRank();
  transposed = op->getInt("transB", 0) == 0;
  kRange = op->getInt("transA", 0) ? a.box[0] : a.box.back();
  m = y.getSize(rank - 2);
  n = y.getSize(rank - 1);
  k = kRange.size();
  if (a.type == ElemType::I8)
    code.set(Config::InZero,
             op->getOperand(2) ? int64_t(*getScalar(op->getOperand(2))) : 0);
  SmallVector<int64_t, 6> index;
  for (Range range : y.box)
    index.push_back(range.lo);
  for (;;) {
    emitMatrix(index);
    unsigned i = rank - 2;
    while (i && ++index[i - 1] == y.box[i - 1].hi) {
      index[i - 1] = y.box[i - 1].lo;
      --i;
    }
    if (!i)
      return;
  }
}

void mlu::emitProduct(Leaf &leaf) { ProductLeaf(leaf).emit(); }
