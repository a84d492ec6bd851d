//===- LeafIntegerSoftmax.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// quant.Softmax: exact division of table entries, which only the scalar core
/// can do. It suits the few classes that quantized networks end with.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "RowShape.h"
#include "onnc/IR/Ops/Quant.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static constexpr int64_t wordBytes = 4;

/// k where \p op's scale is 2^-k and the quotient is found bit by bit.
static std::optional<int> getQuotientBits(const Operation *op) {
  int exponent;
  if (std::frexp(op->getFloat("scale", 1), &exponent) != 0.5 || exponent > 1 ||
      exponent < -15)
    return std::nullopt;
  return 1 - exponent;
}

Refusal mlu::refuseIntegerSoftmax(Operation *op) {
  auto shape = getRowShape(op);
  for (unsigned dim : shape ? shape->inner : SmallVector<unsigned, 6>())
    if (shape->sizes[dim] != 1)
      shape.reset();
  if (!shape)
    return std::string("only the dimension that lies innermost in memory is "
                       "supported");
  if (op->getResult()->getTensorType().getElementType() != ElementType::I8)
    return std::string("only results of type i8 are supported");
  if (!getQuotientBits(op))
    return std::string("only scales that are a power of two from 2^-16 to 1 "
                       "are supported");
  int64_t length = 1;
  for (unsigned dim : shape->axes)
    length *= shape->sizes[dim];
  constexpr int64_t maxLength = 1024;
  auto table = readNumbers(op->getAttrOfType<ConstantAttr>("exponentials"));
  double largest = *llvm::max_element(table);
  if (length > maxLength || largest * length >= 0x1p30)
    return std::string(
        "more than 1024 elements, or sums of exponentials beyond "
        "2^30, aren't supported");
  return std::nullopt;
}

namespace {

/// One row. Registers from firstScalar on are the scalar core's own.
class SoftmaxRow {
public:
  SoftmaxRow(Leaf &leaf, int64_t table, int64_t length)
      : code(leaf.code), b(leaf.code.builder), op(leaf.plan.root), table(table),
        length(length), words(leaf.rootScratch) {}
  void emit(int64_t from, int64_t to);

private:
  static constexpr Reg largest = CoreCode::scalar(0), sum = CoreCode::scalar(1),
                       x = CoreCode::scalar(2), quotient = CoreCode::scalar(3),
                       bit = CoreCode::scalar(4), t = CoreCode::scalar(5);
  /// x = the byte at \p address plus 128.
  void loadByte(int64_t address);
  void divide();

  CoreCode &code;
  ProgramBuilder &b;
  Operation *op;
  int64_t table, length, words;
};

} // namespace

void SoftmaxRow::loadByte(int64_t address) {
  b.sload(x, code.reg(address), 0);
  b.saddi(x, x, 128);
  b.sandi(x, x, 255);
}

/// quotient = x / (sum · 2^-k), rounded to nearest even; 0 <= x <= sum.
void SoftmaxRow::divide() {
  auto step = [&] {
    // Where the remainder x is at least the sum, that is taken off.
    b.slt(bit, x, sum);
    b.seqi(bit, bit, 0);
    b.smul(t, sum, bit);
    b.ssub(x, x, t);
    b.sadd(quotient, quotient, bit);
  };
  b.sli(quotient, 0);
  step();
  for (int k = *getQuotientBits(op); k > 0; --k) {
    b.sadd(x, x, x);
    b.sadd(quotient, quotient, quotient);
    step();
  }
  // Up where twice the remainder exceeds the sum, or equals it and the quotient
  // is odd.
  b.sadd(x, x, x);
  b.seq(bit, x, sum);
  b.sand(bit, bit, quotient);
  b.slt(t, sum, x);
  b.sor(bit, bit, t);
  b.sadd(quotient, quotient, bit);
}

void SoftmaxRow::emit(int64_t from, int64_t to) {
  quant::ResultRange range = quant::getResultRange(*op);
  b.sli(largest, 0);
  for (int64_t i = 0; i < length; ++i) {
    loadByte(from + i);
    b.smax(largest, largest, x);
  }
  b.sli(sum, 0);
  for (int64_t i = 0; i < length; ++i) {
    loadByte(from + i);
    b.ssub(x, largest, x);
    b.smuli(x, x, wordBytes);
    b.sload(x, x, uint32_t(table));
    b.sstore(x, code.reg(words + i * wordBytes), 0);
    b.sadd(sum, sum, x);
  }
  // Words are stored, of which one byte counts: the next element overwrites the
  // others, and the last one's lie in the working storage.
  int64_t bytes = words + length * wordBytes;
  for (int64_t i = 0; i < length; ++i) {
    b.sload(x, code.reg(words + i * wordBytes), 0);
    divide();
    b.saddi(quotient, quotient, uint32_t(range.zeroPoint));
    b.smax(quotient, quotient, code.reg(range.min));
    b.smin(quotient, quotient, code.reg(range.max));
    b.sstore(quotient, code.reg(bytes + i), 0);
  }
  b.vmove(code.reg(to), code.reg(bytes), code.reg(length));
}

void mlu::emitIntegerSoftmax(Leaf &leaf) {
  Operation *op = leaf.plan.root;
  RowShape shape = *getRowShape(op);
  const DeviceView &x = leaf.inputs[op->getOperand(0)->getIndex()];
  DeviceView y = leaf.getResult(op->getResult());
  int64_t length = 1;
  for (unsigned dim : shape.axes)
    length *= x.getSize(dim);
  std::string bytes;
  for (double value :
       readNumbers(op->getAttrOfType<ConstantAttr>("exponentials"))) {
    auto word = static_cast<uint32_t>(value);
    bytes.append(reinterpret_cast<const char *>(&word), sizeof(word));
  }
  SoftmaxRow row(leaf, leaf.code.getParameter(bytes), length);
  for (int64_t r = 0; r < x.getVolume() / length; ++r)
    row.emit(x.address + r * length, y.address + r * length);
}
