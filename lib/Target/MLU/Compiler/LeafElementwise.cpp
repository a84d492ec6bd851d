//===- LeafElementwise.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Elementwise functions, element by element over the output's box. Functions
/// without an instruction of their own take several steps, each of which
/// rounds.
///
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <limits>

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

namespace {
using UnaryForm = void (ProgramBuilder::*)(ElemType, Reg, Reg, Reg);
} // namespace

/// Functions that are one instruction.
static UnaryForm getUnary(StringRef name) {
  using B = ProgramBuilder;
  return StringSwitch<UnaryForm>(name)
      .Case("Relu", &B::vrelu)
      .Case("Sigmoid", &B::vsigm)
      .Case("Tanh", &B::vtanh)
      .Case("Exp", &B::vexp)
      .Case("Log", &B::vlog)
      .Case("Sqrt", &B::vsqrt)
      .Case("Abs", &B::vabs)
      .Case("Neg", &B::vneg)
      .Case("Erf", &B::verf)
      .Case("Sin", &B::vsin)
      .Case("Cos", &B::vcos)
      .Case("Floor", &B::vfloor)
      .Case("Ceil", &B::vceil)
      .Case("Round", &B::vround)
      .Case("Not", &B::vnot)
      .Default(nullptr);
}

/// Those of two operands, and whether the operands change places.
static std::optional<std::pair<BinaryKind, bool>> getBinary(StringRef name) {
  using Result = std::optional<std::pair<BinaryKind, bool>>;
  auto is = [](BinaryKind kind, bool swapped = false) -> Result {
    return std::pair(kind, swapped);
  };
  return StringSwitch<Result>(name)
      .Cases("Add", "Sum", is(BinaryKind::Add))
      .Case("Sub", is(BinaryKind::Sub))
      .Case("Mul", is(BinaryKind::Mul))
      .Case("Div", is(BinaryKind::Div))
      .Case("Max", is(BinaryKind::Max))
      .Case("Min", is(BinaryKind::Min))
      .Case("Pow", is(BinaryKind::Pow))
      .Case("Greater", is(BinaryKind::Greater))
      .Case("GreaterOrEqual", is(BinaryKind::GreaterOrEqual))
      .Case("Less", is(BinaryKind::Greater, true))
      .Case("LessOrEqual", is(BinaryKind::GreaterOrEqual, true))
      .Case("Equal", is(BinaryKind::Equal))
      .Case("And", is(BinaryKind::And))
      .Case("Or", is(BinaryKind::Or))
      .Case("Xor", is(BinaryKind::Xor))
      .Default(std::nullopt);
}

/// Functions of several steps, and the working storage that they take.
static std::optional<unsigned> getComposed(StringRef name) {
  return StringSwitch<std::optional<unsigned>>(name)
      .Cases("Identity", "Dropout", "Cast", "Clip", "LeakyRelu", "HardSigmoid",
             "Reciprocal", 0u)
      .Cases("HardSwish", "Softsign", "ThresholdedRelu", "PRelu", "Swish", 1u)
      .Cases("Elu", "Selu", "Celu", "Softplus", 1u)
      .Cases("Gelu", "Mish", 1u)
      .Case("BatchNormalization", 2u)
      .Case("Where", 3u)
      .Default(std::nullopt);
}

bool mlu::isElementwise(const Operation *op) {
  if (op->getInfo().getDialect() == "quant") {
    StringRef name = op->getInfo().getShortName();
    return name == "Requantize" || name == "Sum" || name == "Mul" ||
           name == "Table";
  }
  StringRef name = op->getInfo().getShortName();
  return op->getInfo().getDialect() == "onnx" &&
         (getUnary(name) || getBinary(name) || getComposed(name));
}

/// The limits of a Clip; a bound that isn't there is infinite.
static std::optional<double> getLimit(Operation *op, unsigned operand,
                                      double fallback) {
  Value *value = op->getOperand(operand);
  return value ? getScalar(value) : std::optional(fallback);
}

std::optional<std::string> mlu::refuseElementwise(Operation *op,
                                                  unsigned &temporaries) {
  if (op->getInfo().getDialect() == "quant")
    return refuseQuantized(op, temporaries);
  StringRef name = op->getInfo().getShortName();
  ElementType element = op->getResult()->getTensorType().getElementType();
  bool isFloating = getComputeType(element) == ElemType::F16;
  temporaries = 0;
  if (getUnary(name)) {
    bool anyType = name == "Relu" || name == "Abs" || name == "Neg";
    if (!isFloating && !anyType)
      return std::string("only floating-point operands are supported");
    return std::nullopt;
  }
  if (auto binary = getBinary(name)) {
    if (op->getNumOperands() == 1)
      return std::nullopt;
    // Spreading an operand that comes first, and with more than two the second.
    temporaries = 1;
    for (Value *operand : op->getOperands()) {
      auto type = getComputeType(operand->getTensorType().getElementType());
      if (type != getComputeType(element))
        return std::string("operands and result of different types aren't "
                           "supported: ") +
               operand->getType().str();
    }
    if (name == "Pow" && !isFloating)
      return std::string("only floating-point operands are supported");
    return std::nullopt;
  }
  temporaries = *getComposed(name);
  if (name == "Identity" || name == "Dropout") {
    if (op->getNumResults() > 1 && op->getResult(1)->hasUses())
      return std::string("the mask isn't supported");
    if (name == "Dropout" && op->getOperand(2) &&
        getScalar(op->getOperand(2)) != 0.0)
      return std::string("training mode isn't supported");
    return std::nullopt;
  }
  if (name == "Cast") {
    ElementType from = op->getOperand(0)->getTensorType().getElementType();
    bool narrows = !isFloat(from) && getComputeType(from) != ElemType::I32 &&
                   element == ElementType::Bool;
    if (narrows || (element == ElementType::Bool && isFloat(from)))
      return std::string("casts to bool aren't supported");
    return std::nullopt;
  }
  if (name == "Clip") {
    double inf = std::numeric_limits<double>::infinity();
    if (!getLimit(op, 1, -inf) || !getLimit(op, 2, inf))
      return std::string("the limits must be constant");
    return std::nullopt;
  }
  if (!isFloating)
    return std::string("only floating-point operands are supported");
  if (name == "BatchNormalization") {
    if (op->getInt("training_mode", 0))
      return std::string("training mode isn't supported");
    for (unsigned i = 1; i < op->getNumResults(); ++i)
      if (op->getResult(i)->hasUses())
        return std::string("only the normalised tensor is computed");
    unsigned rank = op->getResult()->getTensorType().getRank();
    if (rank != 2 && rank != 4)
      return std::string("only inputs of rank 2 and 4 are supported");
  }
  if (name == "Where") {
    for (Value *operand : ArrayRef(op->getOperands()).drop_front())
      if (getComputeType(operand->getTensorType().getElementType()) !=
          getComputeType(element))
        return std::string("only floating-point operands are supported");
  }
  if (name == "Elu" || name == "Selu" || name == "Celu")
    if (op->getFloat("alpha", 1) < 0)
      return std::string("a negative alpha isn't supported");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

namespace {

/// One operator's code.
class ElementwiseLeaf {
public:
  ElementwiseLeaf(Leaf &leaf, const LeafPlan::Step &step)
      : leaf(leaf), op(step.op), v(leaf.getVectors()),
        y(VectorCode::getOperand(leaf.getResult(op->getResult()))) {
    for (unsigned slot : step.temporaries)
      spare.push_back(VectorCode::getOperand(leaf.getSlot(slot, y.type)));
  }

  void emit();

private:
  using Operand = VectorOperand;
  Operand operand(unsigned i) { return leaf.getOperand(op->getOperand(i)); }
  const Operand *anySpare() { return spare.empty() ? nullptr : &spare[0]; }
  void apply(UnaryForm form, const Operand &to, const Operand &from) {
    v.unary(to, from, [&](Reg at, Reg source, Reg count) {
      (leaf.builder().*form)(to.type, at, source, count);
    });
  }
  void combine(BinaryKind kind, const Operand &to, const Operand &a, double b) {
    v.binary(kind, to, a, Operand::number(b));
  }
  void combine(BinaryKind kind, const Operand &to, const Operand &a,
               const Operand &b) {
    v.binary(kind, to, a, b, anySpare());
  }
  /// to = from * scale + offset.
  void linear(const Operand &to, const Operand &from, double scale,
              double offset) {
    combine(BinaryKind::Mul, to, from, scale);
    combine(BinaryKind::Add, to, to, offset);
  }
  void clip(const Operand &to, const Operand &from, double low, double high) {
    combine(BinaryKind::Max, to, from, low);
    combine(BinaryKind::Min, to, to, high);
  }
  void leakyRelu(const Operand &to, const Operand &from, double slope) {
    v.unary(to, from, [&](Reg at, Reg source, Reg count) {
      leaf.builder().vlrelu(to.type, at, source,
                            leaf.code.floatReg(float(slope)), count);
    });
  }
  void reciprocal(const Operand &to, const Operand &from) {
    v.unary(to, from, [&](Reg at, Reg source, Reg count) {
      leaf.builder().sdv(to.type, at, leaf.code.floatReg(1), source, count);
    });
  }
  /// Without overflow: max(x, 0) + log(1 + exp(-|x|)); \p t is overwritten.
  void softplus(const Operand &to, const Operand &x, const Operand &t);
  void emitBinary(BinaryKind kind, bool swapped);
  void emitComposed(StringRef name);
  void emitExponentialUnit(double alpha, double gamma, double scale);
  void emitBatchNormalization();
  void emitWhere();
  void emitClip();

  Leaf &leaf;
  Operation *op;
  VectorCode v;
  Operand y;
  SmallVector<Operand, 3> spare;
};

} // namespace

void ElementwiseLeaf::emit() {
  StringRef name = op->getInfo().getShortName();
  if (UnaryForm form = getUnary(name))
    return apply(form, y, operand(0));
  if (auto binary = getBinary(name))
    return emitBinary(binary->first, binary->second);
  emitComposed(name);
}

void ElementwiseLeaf::emitBinary(BinaryKind kind, bool swapped) {
  if (op->getNumOperands() == 1)
    return v.copy(y, operand(0));
  Operand a = operand(0), b = operand(1);
  if (swapped)
    std::swap(a, b);
  combine(kind, y, a, b);
  // Max, Min and Sum take any number.
  for (unsigned i = 2; i < op->getNumOperands(); ++i)
    combine(kind, y, y, operand(i));
}

void ElementwiseLeaf::softplus(const Operand &to, const Operand &x,
                               const Operand &t) {
  using B = ProgramBuilder;
  apply(&B::vabs, t, x);
  apply(&B::vneg, t, t);
  apply(&B::vexp, t, t);
  combine(BinaryKind::Add, t, t, 1);
  apply(&B::vlog, t, t);
  apply(&B::vrelu, to, x);
  combine(BinaryKind::Add, to, to, t);
}

/// scale · (max(x, 0) + min(alpha · (exp(x / gamma) - 1), 0)).
void ElementwiseLeaf::emitExponentialUnit(double alpha, double gamma,
                                          double scale) {
  using B = ProgramBuilder;
  Operand x = operand(0), t = spare[0];
  combine(BinaryKind::Min, t, x, 0);
  if (gamma != 1)
    combine(BinaryKind::Mul, t, t, 1 / gamma);
  apply(&B::vexp, t, t);
  linear(t, t, alpha, -alpha);
  apply(&B::vrelu, y, x);
  combine(BinaryKind::Add, y, y, t);
  if (scale != 1)
    combine(BinaryKind::Mul, y, y, scale);
}

void ElementwiseLeaf::emitClip() {
  double inf = std::numeric_limits<double>::infinity();
  double low = *getLimit(op, 1, -inf), high = *getLimit(op, 2, inf);
  Operand x = operand(0);
  bool copied = false;
  if (low > -std::numeric_limits<float>::max()) {
    combine(BinaryKind::Max, y, x, low);
    copied = true;
  }
  if (high < std::numeric_limits<float>::max()) {
    combine(BinaryKind::Min, y, copied ? y : x, high);
    copied = true;
  }
  if (!copied)
    v.copy(y, x);
}

/// x · factor + shift, a depthwise convolution of 1×1: it rounds once. The
/// factor is scale / sqrt(variance + epsilon), the shift bias - mean · factor.
void ElementwiseLeaf::emitBatchNormalization() {
  constexpr ElemType f16 = ElemType::F16, f32 = ElemType::F32;
  CoreCode &code = leaf.code;
  Range channels = leaf.output.box[1];
  int64_t sizes[] = {channels.size()};
  unsigned order[] = {0};
  VectorCode v(code, sizes, order);
  auto parameter = [&](unsigned i) {
    const Value *value = op->getOperand(i);
    if (auto scalar = getScalar(value))
      return Operand::number(*scalar);
    const DeviceView &view = *leaf.getInput(value);
    int64_t first[] = {channels.lo};
    return v.getDense(view.getAddress(first), f32);
  };
  Operand factor = v.getDense(spare[0].address, f32),
          shift = v.getDense(spare[1].address, f32);
  v.copy(factor, parameter(4));
  v.binary(BinaryKind::Add, factor, factor,
           Operand::number(op->getFloat("epsilon", 1e-5)));
  v.unary(factor, factor, [&](Reg to, Reg from, Reg count) {
    leaf.builder().vrsqrt(f32, to, from, count);
  });
  v.binary(BinaryKind::Mul, factor, factor, parameter(1));
  v.binary(BinaryKind::Mul, shift, factor, parameter(3));
  v.binary(BinaryKind::Mul, shift, shift, Operand::number(-1));
  v.binary(BinaryKind::Add, shift, shift, parameter(2));
  v.copy(v.getDense(factor.address, f16), factor);

  Operand x = operand(0);
  bool image = leaf.output.getRank() == 4;
  auto setSide = [&](const Operand &o, Config row, Config pixel) {
    int64_t size = elemSize(o.type);
    code.set(row, image ? o.strides[2] * size : 0);
    code.set(pixel, o.strides[image ? 3 : 0] * size);
  };
  int64_t height = image ? leaf.output.getSize(2) : 1;
  int64_t width = leaf.output.getSize(image ? 3 : 0);
  for (Config c : {Config::InH, Config::OutH})
    code.set(c, height);
  for (Config c : {Config::InW, Config::OutW})
    code.set(c, width);
  for (Config c : {Config::KH, Config::KW, Config::StrideH, Config::StrideW,
                   Config::DilH, Config::DilW})
    code.set(c, 1);
  for (Config c : {Config::PadT, Config::PadL})
    code.set(c, 0);
  for (Config c : {Config::InC, Config::OutC})
    code.set(c, channels.size());
  setSide(x, Config::InRow, Config::InPix);
  setSide(y, Config::OutRow, Config::OutPix);
  int64_t images = image ? leaf.output.getSize(0) : 1;
  for (int64_t n = 0; n < images; ++n)
    leaf.builder().dwconvb(
        x.type, y.type,
        code.reg(y.address + n * y.strides[0] * elemSize(y.type)),
        code.reg(x.address + n * x.strides[0] * elemSize(x.type)),
        code.reg(factor.address), code.reg(shift.address));
}

void ElementwiseLeaf::emitWhere() {
  auto full = [&](unsigned i) {
    Operand o = operand(i);
    v.copy(spare[i], o);
    return spare[i];
  };
  Operand mask = full(0), a = full(1), b = full(2);
  leaf.builder().vsel(y.type, leaf.code.reg(mask.address),
                      leaf.code.reg(mask.address), leaf.code.reg(a.address),
                      leaf.code.reg(b.address), leaf.code.reg(v.getVolume()));
  v.copy(y, mask);
}

void ElementwiseLeaf::emitComposed(StringRef name) {
  using B = ProgramBuilder;
  if (name == "Where")
    return emitWhere();
  if (name == "BatchNormalization")
    return emitBatchNormalization();
  if (name == "Clip")
    return emitClip();
  Operand x = operand(0);
  double alpha = op->getFloat("alpha", 1);
  if (name == "Identity" || name == "Dropout")
    return v.copy(y, x);
  if (name == "Cast") {
    bool towardsZero = (x.type == ElemType::F16 || x.type == ElemType::F32) &&
                       (y.type == ElemType::I8 || y.type == ElemType::I32);
    if (!towardsZero)
      return v.copy(y, x);
    return v.unary(y, x, [&](Reg to, Reg from, Reg count) {
      leaf.builder().vcvtz(x.type, y.type, to, from, count);
    });
  }
  if (name == "LeakyRelu")
    return leakyRelu(y, x, op->getFloat("alpha", 0.01f));
  if (name == "Reciprocal")
    return reciprocal(y, x);
  if (name == "HardSigmoid") {
    linear(y, x, op->getFloat("alpha", 0.2f), op->getFloat("beta", 0.5f));
    return clip(y, y, 0, 1);
  }
  if (name == "Elu")
    return emitExponentialUnit(alpha, 1, 1);
  if (name == "Celu")
    return emitExponentialUnit(alpha, alpha, 1);
  if (name == "Selu") {
    double gamma = op->getFloat("gamma", 1.05070102214813232421875);
    return emitExponentialUnit(op->getFloat("alpha", 1.67326319217681884765625),
                               1, gamma);
  }
  Operand t = spare[0];
  if (name == "HardSwish") {
    linear(t, x, 1.0 / 6, 0.5);
    clip(t, t, 0, 1);
    return combine(BinaryKind::Mul, y, x, t);
  }
  if (name == "Swish") {
    combine(BinaryKind::Mul, t, x, alpha);
    apply(&B::vsigm, t, t);
    return combine(BinaryKind::Mul, y, x, t);
  }
  if (name == "Softsign") {
    apply(&B::vabs, t, x);
    combine(BinaryKind::Add, t, t, 1);
    return combine(BinaryKind::Div, y, x, t);
  }
  if (name == "ThresholdedRelu") {
    combine(BinaryKind::Greater, t, x, alpha);
    return combine(BinaryKind::Mul, y, x, t);
  }
  if (name == "PRelu") {
    combine(BinaryKind::Min, t, x, 0);
    v.binary(BinaryKind::Mul, t, t, operand(1));
    apply(&B::vrelu, y, x);
    return combine(BinaryKind::Add, y, y, t);
  }
  if (name == "Softplus")
    return softplus(y, x, t);
  if (name == "Mish") {
    // x · tanh(softplus(x)) = x · (1 - 2 / (1 + (1 + e^x)²)), e^x bounded:
    // where it is large the factor is 1.
    constexpr double large = 5;
    combine(BinaryKind::Min, t, x, large);
    apply(&B::vexp, t, t);
    combine(BinaryKind::Add, t, t, 1);
    v.binary(BinaryKind::Mul, t, t, t);
    combine(BinaryKind::Add, t, t, 1);
    reciprocal(t, t);
    linear(t, t, -2, 1);
    return combine(BinaryKind::Mul, y, x, t);
  }
  assert(name == "Gelu" && "a function without code");
  if (op->getString("approximate", "none") == "tanh") {
    // x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), x bounded where tanh
    // is 1.
    constexpr double bound = 8;
    clip(t, x, -bound, bound);
    v.binary(BinaryKind::Mul, t, t, t);
    linear(t, t, 0.044715, 1);
    combine(BinaryKind::Mul, t, t, x);
    combine(BinaryKind::Mul, t, t, std::sqrt(2 / M_PI));
    apply(&B::vtanh, t, t);
  } else {
    combine(BinaryKind::Mul, t, x, std::sqrt(0.5));
    apply(&B::verf, t, t);
  }
  combine(BinaryKind::Add, t, t, 1);
  combine(BinaryKind::Mul, t, t, 0.5);
  combine(BinaryKind::Mul, y, x, t);
}

void mlu::emitElementwise(Leaf &leaf, const LeafPlan::Step &step) {
  ElementwiseLeaf(leaf, step).emit();
}
