//===- LeafQuantized.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The elementwise operators of the dialect quant, bit for bit as the
/// interpreter computes them.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "MLUTileModel.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

static constexpr ElemType i8 = ElemType::I8, i32 = ElemType::I32,
                          f32 = ElemType::F32;

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

/// Bits of the multipliers of a Sum, and where they are cut in two so that sums
/// of products with 9-bit numbers fit 32 bits.
static constexpr unsigned multiplierBits = 34, lowBits = 14;

std::optional<FixedPointSum> mlu::findFixedSum(const Operation *op) {
  quant::ResultRange range = quant::getResultRange(*op);
  SmallVector<ValueRange, 2> inputs;
  for (auto [operand, zero] :
       zip_equal(op->getOperands(), op->getInts("input_zero_points"))) {
    ElementType type = operand->getTensorType().getElementType();
    inputs.push_back({int32_t(quant::getLowest(type) - zero),
                      int32_t(quant::getHighest(type) - zero)});
  }
  return findFixedPoint(quant::getSum(*op), inputs,
                        {int32_t(range.min - range.zeroPoint),
                         int32_t(range.max - range.zeroPoint)},
                        multiplierBits);
}

static Refusal refuseRequantize(Operation *op) {
  for (const RationalScale &scale : quant::getScales(*op))
    if (scale.getNumerator() >> 63 || scale.getDenominator() >> 32)
      return std::string("a scale that takes more than 63 bits over 32 isn't "
                         "supported");
  bool perChannel = op->hasAttr("channel_scales");
  if (ConstantAttr bias = getConstantValue(op->getOperand(1)))
    perChannel |= bias.getType().getNumElements() != 1;
  else if (op->getOperand(1))
    return std::string("the bias must be constant");
  auto order = getTensorOrder(op->getResult()->getTensorType().getRank());
  int64_t axis = op->getInt("axis", 1);
  if (axis < 0)
    axis += order.size();
  if (perChannel && (order.empty() || axis != order.back()))
    return std::string(
        "scales along a dimension that isn't innermost in memory "
        "(of images the channels) aren't supported");
  return std::nullopt;
}

Refusal mlu::refuseQuantized(Operation *op, unsigned &temporaries) {
  StringRef name = op->getInfo().getShortName();
  for (Value *operand : op->getOperands()) {
    ElementType type =
        operand ? operand->getTensorType().getElementType() : ElementType::I8;
    if (!getStorageType(type))
      return ("elements of type " + getName(type) + " aren't supported").str();
  }
  if (op->getResult()->getTensorType().getElementType() != ElementType::I8 &&
      name != "Mul")
    return std::string("only results of type i8 are supported");
  if (name == "Requantize") {
    temporaries = op->getOperand(1) ? 1 : 0;
    return refuseRequantize(op);
  }
  for (Value *operand : op->getOperands())
    if (getScalar(operand))
      return std::string("constant operands aren't supported");
  if (name == "Sum") {
    temporaries = 5;
  } else if (name == "Mul") {
    temporaries = 3;
  } else {
    temporaries = 2;
  }
  return std::nullopt;
}

ConstantAttr mlu::getRequantizedBias(const LeafPlan &plan) {
  if (!plan.root || plan.steps.empty())
    return {};
  bool sums = plan.family == LeafFamily::Convolution ||
              plan.family == LeafFamily::Depthwise ||
              plan.family == LeafFamily::Product;
  Operation *op = plan.steps.front().op;
  if (!sums || op->getName() != "quant.Requantize" ||
      op->getOperand(0) != plan.root->getResult() ||
      !plan.root->getResult()->hasOneUse() || !op->getOperand(1))
    return {};
  return getConstantValue(op->getOperand(1));
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

namespace {

class QuantizedLeaf {
public:
  QuantizedLeaf(Leaf &leaf, const LeafPlan::Step &step)
      : leaf(leaf), code(leaf.code), op(step.op), step(step),
        v(leaf.getVectors()),
        y(VectorCode::getOperand(leaf.getResult(op->getResult()))) {}

  void emitRequantize();
  void emitSum();
  void emitMul();
  void emitTable();

private:
  using Operand = VectorOperand;
  Operand spare(unsigned i, ElemType type) {
    return VectorCode::getOperand(leaf.getSlot(step.temporaries[i], type));
  }
  void convert(const Operand &to, const Operand &from) {
    v.unary(to, from, [&](Reg at, Reg source, Reg count) {
      leaf.builder().vcvt(from.type, to.type, at, source, count);
    });
  }
  /// An operand as INT32 less its zero point, written out; \p t is of INT8.
  void widen(const Operand &to, unsigned i, int64_t zero, const Operand &t);
  /// To INT8 with one scale, by the configuration.
  void requantize(const Operand &from, const RationalScale &scale);
  void clamp();

  Leaf &leaf;
  CoreCode &code;
  Operation *op;
  const LeafPlan::Step &step;
  VectorCode v;
  Operand y;
};

} // namespace

static void appendBytes(std::string &bytes, const void *from, size_t size) {
  bytes.append(static_cast<const char *>(from), size);
}

/// Two's complement; a scale of so many bits is within what the machine takes.
static void setScale(CoreCode &code, uint64_t numerator, uint32_t denominator,
                     int exponent) {
  code.set(Config::QNumLo, uint32_t(numerator));
  code.set(Config::QNumHi, uint32_t(numerator >> 32));
  code.set(Config::QDen, denominator);
  code.set(Config::QExp, exponent);
}

void QuantizedLeaf::clamp() {
  quant::ResultRange range = quant::getResultRange(*op);
  if (range.min > quant::getLowest(range.type))
    v.binary(BinaryKind::Max, y, y, Operand::number(double(range.min)));
  if (range.max < quant::getHighest(range.type))
    v.binary(BinaryKind::Min, y, y, Operand::number(double(range.max)));
}

void QuantizedLeaf::requantize(const Operand &from,
                               const RationalScale &scale) {
  setScale(code, scale.getNumerator(), uint32_t(scale.getDenominator()),
           scale.getExponent());
  v.unary(y, from, [&](Reg to, Reg source, Reg count) {
    leaf.builder().vreq(to, source, count);
  });
}

void QuantizedLeaf::emitRequantize() {
  Operand sum = leaf.getOperand(op->getOperand(0));
  auto scales = quant::getScales(*op);
  unsigned axis = leaf.output.order.back();
  Range channels = leaf.output.box[axis];
  ConstantAttr bias = getConstantValue(op->getOperand(1));
  if (bias && bias != getRequantizedBias(leaf.plan)) {
    auto values = readNumbers(bias);
    Operand biased = spare(0, i32), b;
    if (values.size() == 1) {
      b = Operand::number(values[0]);
    } else {
      std::string bytes;
      for (int64_t c = channels.lo; c < channels.hi; ++c) {
        auto word = static_cast<int32_t>(values[c]);
        appendBytes(bytes, &word, sizeof(word));
      }
      b.type = i32;
      b.address = code.getParameter(bytes);
      b.strides.assign(leaf.output.getRank(), 0);
      b.strides[axis] = 1;
    }
    v.binary(BinaryKind::Add, biased, sum, b);
    sum = biased;
  }
  code.set(Config::QZero, quant::getResultRange(*op).zeroPoint);
  if (scales.size() == 1) {
    requantize(sum, scales[0]);
    return clamp();
  }
  std::string table;
  for (int64_t c = channels.lo; c < channels.hi; ++c) {
    uint64_t numerator = scales[c].getNumerator();
    auto denominator = static_cast<uint32_t>(scales[c].getDenominator());
    int32_t exponent = scales[c].getExponent();
    appendBytes(table, &numerator, sizeof(numerator));
    appendBytes(table, &denominator, sizeof(denominator));
    appendBytes(table, &exponent, sizeof(exponent));
  }
  v.requantize(y, sum, code.getParameter(table), axis);
  clamp();
}

void QuantizedLeaf::widen(const Operand &to, unsigned i, int64_t zero,
                          const Operand &t) {
  Operand x = leaf.getOperand(op->getOperand(i));
  v.copy(t, x);
  convert(to, t);
  if (zero)
    v.binary(BinaryKind::Sub, to, to, Operand::number(double(zero)));
}

/// Σ multiplier · x, in two words: the multipliers' high bits and their low
/// ones, what exceeds the low word carried. The result is the rounded high
/// word.
void QuantizedLeaf::emitSum() {
  FixedPointSum fixed = leaf.plan.fixedSums.lookup(op);
  auto zeros = op->getInts("input_zero_points");
  Operand high = spare(0, i32), low = spare(1, i32), x = spare(2, i32),
          t = spare(3, i32), narrow = spare(4, i8);
  // At least lowBits + 1 bits are shifted out.
  unsigned shift = fixed.shift, extra = 0;
  while (shift <= lowBits)
    ++shift, ++extra;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    int64_t multiplier = fixed.multipliers[i] * (int64_t(1) << extra);
    double part[] = {double(multiplier >> lowBits),
                     double(multiplier & ((1 << lowBits) - 1))};
    widen(x, i, zeros[i], narrow);
    for (auto [sum, factor] : zip(ArrayRef({high, low}), part)) {
      const Operand &to = i ? t : sum;
      v.binary(BinaryKind::Mul, to, x, Operand::number(factor));
      if (i)
        v.binary(BinaryKind::Add, sum, sum, t);
    }
  }
  // The carry, by FP32, which holds numbers of 24 bits.
  Operand real = x;
  real.type = f32;
  convert(real, low);
  v.binary(BinaryKind::Mul, real, real, Operand::number(1.0 / (1 << lowBits)));
  v.unary(real, real, [&](Reg to, Reg from, Reg count) {
    leaf.builder().vfloor(f32, to, from, count);
  });
  convert(t, real);
  v.binary(BinaryKind::Add, high, high, t);
  if (fixed.halvesToEven) {
    // Twice the high word, plus 1 where the low word isn't 0.
    v.binary(BinaryKind::Mul, t, t, Operand::number(1 << lowBits));
    v.binary(BinaryKind::Sub, low, low, t);
    for (unsigned i = 0; i < 2; ++i)
      v.unary(low, low, [&](Reg to, Reg from, Reg count) {
        leaf.builder().vnot(i32, to, from, count);
      });
    v.binary(BinaryKind::Add, high, high, high);
    v.binary(BinaryKind::Add, high, high, low);
  } else {
    // Halves up: there are no halves of twice as much plus 1.
    v.binary(BinaryKind::Add, high, high, high);
    v.binary(BinaryKind::Add, high, high, Operand::number(1));
  }
  code.set(Config::QZero, quant::getResultRange(*op).zeroPoint);
  setScale(code, 1, 1, int(lowBits) - int(shift) - 1);
  v.unary(y, high, [&](Reg to, Reg from, Reg count) {
    leaf.builder().vreq(to, from, count);
  });
  clamp();
}

void QuantizedLeaf::emitMul() {
  Operand a = spare(0, i32), b = spare(1, i32), narrow = spare(2, i8);
  widen(a, 0, op->getInt("a_zero_point", 0), narrow);
  widen(b, 1, op->getInt("b_zero_point", 0), narrow);
  v.binary(BinaryKind::Mul, y, a, b);
}

/// A staircase: the least entry's value, and for each entry that differs from
/// the one before a step, taken by what is at least as large. Modulo 2^8.
void QuantizedLeaf::emitTable() {
  auto table = readNumbers(op->getAttrOfType<ConstantAttr>("table"));
  Operand x = leaf.getOperand(op->getOperand(0)), sum = spare(0, i8),
          t = spare(1, i8);
  v.fill(sum, table[0]);
  for (size_t i = 1; i < table.size(); ++i) {
    double difference = table[i] - table[i - 1];
    if (difference == 0)
      continue;
    v.binary(BinaryKind::GreaterOrEqual, t, x,
             Operand::number(double(int64_t(i) - 128)));
    if (difference != 1)
      v.binary(BinaryKind::Mul, t, t, Operand::number(difference));
    v.binary(BinaryKind::Add, sum, sum, t);
  }
  v.copy(y, sum);
}

bool mlu::emitQuantized(Leaf &leaf, const LeafPlan::Step &step) {
  if (step.op->getInfo().getDialect() != "quant")
    return false;
  QuantizedLeaf q(leaf, step);
  StringRef name = step.op->getInfo().getShortName();
  if (name == "Requantize")
    q.emitRequantize();
  else if (name == "Sum")
    q.emitSum();
  else if (name == "Mul")
    q.emitMul();
  else
    q.emitTable();
  return true;
}
