//===- Scalar.cpp - Operators on one element ------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CFile.h"
#include "Operators.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/ConstantElements.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

std::optional<double> cortexm::getConstantOperand(const Operation &op,
                                                  unsigned i) {
  const Value *value = op.getOperand(i);
  return value && getConstantValue(value) ? getUniformElement(value)
                                          : std::nullopt;
}

namespace {
/// $0, $1 are operands; {name} is an attribute, a float. What is called is the
/// library's.
struct Pattern {
  StringLiteral op;
  /// For floats, and for integers; empty: there is none.
  StringLiteral ofFloats, ofIntegers;
};
} // namespace

// Comparisons are written so that NaN takes the interpreter's way.
static constexpr Pattern patterns[] = {
    {"Identity", "$0", "$0"},
    {"Neg", "-$0", "0 - $0"},
    {"Abs", "abs_f32($0)", "($0 < 0 ? 0 - $0 : $0)"},
    {"Sign", "($0 > 0.0f ? 1.0f : $0 < 0.0f ? -1.0f : $0)",
     "($0 > 0) - ($0 < 0)"},
    {"Relu", "($0 < 0.0f ? 0.0f : $0)", "($0 < 0 ? 0 : $0)"},
    {"LeakyRelu", "($0 < 0.0f ? {alpha=0.01} * $0 : $0)", ""},
    {"ThresholdedRelu", "($0 <= {alpha=1} ? 0.0f : $0)", ""},
    {"PRelu", "($0 < 0.0f ? $0 * $1 : $0)", ""},
    {"Exp", "exp_f32($0)", ""},
    {"Log", "log_f32($0)", ""},
    {"Sqrt", "sqrt_f32($0)", ""},
    {"Reciprocal", "1.0f / $0", ""},
    {"Floor", "floor_f32($0)", ""},
    {"Ceil", "ceil_f32($0)", ""},
    {"Round", "round_f32($0)", ""},
    {"Erf", "erf_f32($0)", ""},
    {"Tanh", "tanh_f32($0)", ""},
    {"Sigmoid", "sigmoid_f32($0)", ""},
    {"Softsign", "$0 / (1.0f + abs_f32($0))", ""},
    {"Softplus",
     "($0 > 0.0f ? $0 : 0.0f) + log_f32(1.0f + exp_f32(-abs_f32($0)))", ""},
    {"Elu", "($0 < 0.0f ? {alpha=1} * (exp_f32($0) - 1.0f) : $0)", ""},
    {"Celu", "($0 < 0.0f ? {alpha=1} * (exp_f32($0 / {alpha=1}) - 1.0f) : $0)",
     ""},
    {"Selu",
     "{gamma=1.05070102214813232421875} * ($0 <= 0.0f ? "
     "{alpha=1.67326319217681884765625} * (exp_f32($0) - 1.0f) : $0)",
     ""},
    {"HardSigmoid", "clamp_f32({alpha=0.2} * $0 + {beta=0.5}, 0.0f, 1.0f)", ""},
    {"HardSwish", "$0 * clamp_f32($0 / 6.0f + 0.5f, 0.0f, 1.0f)", ""},
    {"Swish", "$0 * sigmoid_f32({alpha=1} * $0)", ""},
    {"Add", "$0 + $1", "$0 + $1"},
    {"Sub", "$0 - $1", "$0 - $1"},
    {"Mul", "$0 * $1", "$0 * $1"},
    {"Div", "$0 / $1", ""},
    {"And", "", "($0 & $1)"},
    {"Or", "", "($0 | $1)"},
    {"Xor", "", "($0 ^ $1)"},
    {"Not", "", "!$0"},
    {"Equal", "$0 == $1", "$0 == $1"},
    {"Less", "$0 < $1", "$0 < $1"},
    {"LessOrEqual", "$0 <= $1", "$0 <= $1"},
    {"Greater", "$0 > $1", "$0 > $1"},
    {"GreaterOrEqual", "$0 >= $1", "$0 >= $1"},
    {"BatchNormalization",
     "($0 - $3) / sqrt_f32($4 + {epsilon=1e-5}) * $1 + $2", ""},
};

/// An attribute, or its default, as a literal.
static std::string getAttribute(const Operation &op, StringRef text) {
  auto [name, fallback] = text.split('=');
  double value = 0;
  fallback.getAsDouble(value);
  return getLiteral(ElementType::F32, op.getFloat(name, float(value)));
}

static std::string fillIn(StringRef pattern, const Operation &op,
                          ArrayRef<std::string> operands) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '$') {
      text += operands[pattern[++i] - '0'];
    } else if (pattern[i] == '{') {
      size_t end = pattern.find('}', i);
      text += getAttribute(op, pattern.slice(i + 1, end));
      i = end;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

/// Integers wrap around: narrow ones as they are cast back, others as unsigned
/// ones, of which alone C says so.
static std::string wrapInteger(const std::string &text, ElementType type,
                               ArrayRef<std::string> operands, StringRef op) {
  StringRef sign = StringSwitch<StringRef>(op)
                       .Cases("Add", "Sum", " + ")
                       .Cases("Sub", "Neg", "Abs", " - ")
                       .Case("Mul", " * ")
                       .Default("");
  if (sign.empty())
    return text;
  StringRef storage = getStorageType(type);
  if (getBitWidth(type) < 32)
    return ("(" + storage + ")(" + text + ")").str();
  if (op == "Abs")
    return text;
  std::string wide = op == "Neg" ? "0" : "",
              unsignedType = ("u" + storage).str();
  for (StringRef operand : operands)
    if (!operand.empty())
      wide += ((wide.empty() ? "" : sign) + "(" + unsignedType + ")" + operand)
                  .str();
  return ("(" + storage + ")(" + wide + ")").str();
}

/// Max, Min, Sum, Mean of any number of operands.
static std::string getFold(StringRef name, bool isReal,
                           ArrayRef<std::string> operands) {
  std::string text = operands[0];
  for (const std::string &operand : operands.drop_front()) {
    if (name == "Sum" || name == "Mean")
      text += " + " + operand;
    else if (isReal)
      text = ((name == "Max" ? "largest_f32(" : "smallest_f32(") + text + ", " +
              operand + ")");
    else
      text = ((name == "Max" ? "max_i32(" : "min_i32(") + text + ", " +
              operand + ")");
  }
  if (name == "Mean")
    text = "(" + text + ") / " +
           getLiteral(ElementType::F32, double(operands.size()));
  return text;
}

/// x to a constant power.
static std::string getPower(const Operation &op, const std::string &x) {
  auto exponent = getConstantOperand(op, 1);
  if (!exponent)
    return "";
  if (*exponent == 0.5)
    return "sqrt_f32(" + x + ")";
  if (*exponent == -1)
    return "1.0f / " + x;
  if (*exponent == 1 || *exponent == 2 || *exponent == 3) {
    std::string text = x;
    for (int i = 1; i < int(*exponent); ++i)
      text += " * " + x;
    return text;
  }
  return "";
}

static std::string getClip(const Operation &op, bool isReal,
                           ArrayRef<std::string> operands) {
  std::string text = operands[0];
  // The lower bound first: where they cross, the upper one wins.
  if (operands.size() > 1 && !operands[1].empty())
    text = isReal ? "largest_f32(" + text + ", " + operands[1] + ")"
                  : "max_i32(" + text + ", " + operands[1] + ")";
  if (operands.size() > 2 && !operands[2].empty())
    text = isReal ? "smallest_f32(" + text + ", " + operands[2] + ")"
                  : "min_i32(" + text + ", " + operands[2] + ")";
  return text;
}

static std::string getCast(ElementType from, ElementType to,
                           const std::string &x) {
  if (to == ElementType::Bool)
    return x + " != 0";
  if (isFloat(from) && !isFloat(to))
    return ""; // What doesn't fit is another matter in every language.
  return ("(" + getComputeType(to) + ")(" + getStorageType(to) + ")" + x).str();
}

static std::string getQuantized(const Operation &op,
                                ArrayRef<std::string> operands) {
  ElementType type = op.getResult()->getTensorType().getElementType();
  bool isSigned = getKind(type) == ElementKind::SInt;
  unsigned bits = getBitWidth(type);
  int64_t low = isSigned ? -(int64_t(1) << (bits - 1)) : 0;
  int64_t high = (int64_t(1) << (isSigned ? bits - 1 : bits)) - 1;
  std::string zero =
      operands.size() > 2 && !operands[2].empty() ? operands[2] : "0";
  return "quantize(" + operands[0] + " / " + operands[1] + ", " + zero + ", " +
         std::to_string(low) + ", " + std::to_string(high) + ")";
}

static StringRef getShortName(const Operation &op) {
  StringRef name = op.getName();
  return name.consume_front("onnx.") ? name : "";
}

std::string cortexm::getScalarExpression(const Operation &op,
                                         ArrayRef<std::string> operands) {
  StringRef name = getShortName(op);
  ElementType from = op.getOperand(0)->getTensorType().getElementType();
  ElementType to = op.getResult()->getTensorType().getElementType();
  bool isReal = isFloat(from);
  std::string text;
  if (is_contained({"Max", "Min", "Sum", "Mean"}, name)) {
    if (isReal || (getBitWidth(from) <= 32 && from != ElementType::U32))
      text = getFold(name, isReal, operands);
  } else if (name == "Pow") {
    text = isReal ? getPower(op, operands[0]) : "";
  } else if (name == "Clip") {
    if (isReal || (getBitWidth(from) <= 32 && from != ElementType::U32))
      text = getClip(op, isReal, operands);
  } else if (name == "Where") {
    text = operands[0] + " ? " + operands[1] + " : " + operands[2];
  } else if (name == "Cast") {
    text = getCast(from, to, operands[0]);
  } else if (name == "QuantizeLinear") {
    text = isReal ? getQuantized(op, operands) : "";
  } else if (name == "DequantizeLinear") {
    std::string zero = operands.size() > 2 ? operands[2] : "";
    text = "(float)(" + operands[0] + (zero.empty() ? "" : " - " + zero) +
           ") * " + operands[1];
  } else if (name == "Gelu" && op.getString("approximate", "none") == "none") {
    text = "0.5f * " + operands[0] + " * (1.0f + erf_f32(" + operands[0] +
           " * 0.707106781f))";
  } else {
    for (const Pattern &pattern : patterns)
      if (pattern.op == name)
        text = fillIn(isReal ? StringRef(pattern.ofFloats)
                             : StringRef(pattern.ofIntegers),
                      op, operands);
  }
  if (text.empty())
    return text;
  return isFloat(to) ? text : wrapInteger(text, to, operands, name);
}

bool cortexm::isScalarOperator(const Operation &op) {
  if (op.getNumResults() == 0 || op.getNumOperands() == 0)
    return false;
  static constexpr StringRef quantized[] = {"quant.Requantize", "quant.Sum",
                                            "quant.Mul", "quant.Table"};
  if (is_contained(quantized, op.getName()))
    return true;
  SmallVector<std::string> operands(std::max(op.getNumOperands(), 5u), "x");
  return !getScalarExpression(op, operands).empty();
}
