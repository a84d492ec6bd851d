//===- QDQ.h - What the rules of fold-qdq share -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// In a QDQ model a float operator stands between the DequantizeLinear of its
/// operands and the QuantizeLinear of its result. A rule recognizes such a
/// group by its QuantizeLinear and puts integer operators in its place, or
/// says why it can't.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TRANSFORMS_QDQ_QDQ_H
#define ONNC_LIB_TRANSFORMS_QDQ_QDQ_H

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/Interp/RuntimeValue.h"
#include "onnc/Transforms/PatternDriver.h"

namespace onnc::qdq {

/// Why a rule doesn't apply, for people: "the scale isn't constant".
class Reason {
public:
  /// Fails, for `return reason.because("…")`.
  LogicalResult because(const llvm::Twine &why) {
    text = why.str();
    return llvm::failure();
  }
  llvm::StringRef str() const { return text; }

private:
  std::string text;
};

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// The integers of a tensor and what they stand for.
struct Quantization {
  ElementType type;
  /// One, or one for each index of "axis".
  std::vector<float> scales;
  std::vector<int64_t> zeroPoints;
  unsigned axis = 0;

  bool isPerTensor() const { return scales.size() == 1; }
  float scale() const { return scales.front(); }
  int64_t zeroPoint() const { return zeroPoints.front(); }
  bool operator==(const Quantization &) const = default;
};

/// Of a DequantizeLinear or QuantizeLinear: 8, 16 or 32-bit integers, constant
/// positive finite float scales and constant zero points.
LogicalResult getQuantization(Operation *op, Quantization &quantization,
                              Reason &reason);

/// A float value that is a DequantizeLinear of \c integers.
struct Dequantized {
  Value *integers = nullptr;
  Quantization q;
};
LogicalResult matchDequantized(Value *value, Dequantized &dequantized,
                               Reason &reason);
/// The same with one scale and 8-bit integers; \p bits: 16 admits those too.
LogicalResult matchActivation(Value *value, Dequantized &dequantized,
                              Reason &reason, unsigned bits = 8);

/// The value of \p value if it is known at compile time: a constant, or
/// integers that few operations compute from constants.
std::optional<TensorValue> getConstantTensor(Value *value);
/// The elements of a constant tensor of integers.
std::vector<int64_t> getIntegers(const TensorValue &tensor);
/// Of one of floats.
std::vector<double> getReals(const TensorValue &tensor);

/// What a QuantizeLinear makes of the result of an operation, the activations
/// between the two (Relu, Clip) being part of the range.
struct Group {
  Operation *quantize = nullptr;
  /// The operation whose result is quantized; null where it is an argument.
  Operation *source = nullptr;
  /// Per tensor.
  Quantization q;
  int64_t min = 0, max = 0;
};
LogicalResult matchGroup(Operation *quantize, Group &group, Reason &reason);

/// QuantizeLinear's result for the float \p value.
int64_t quantize(double value, const Quantization &q);

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// A constant of integers; a scalar where \p shape is empty.
ConstantAttr makeIntegers(Context &context, ElementType type,
                          llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<int64_t> values);
/// A scalar operand; null for zero, which operators take for granted.
Value *makeZeroPoint(Rewriter &rewriter, ElementType type, int64_t zeroPoint);

/// "zero_point", "min" and "max" of an operation that makes \p group.
llvm::SmallVector<NamedAttr, 3> makeRange(const Group &group);

/// A 32-bit sum becomes \p group: times \p numerators and one of \p scales for
/// each index of \p axis, over \p denominators and the group's scale.
Operation *createRequantize(Rewriter &rewriter, const Group &group, Value *sum,
                            Value *bias, unsigned axis,
                            llvm::ArrayRef<float> scales,
                            llvm::ArrayRef<double> numerators,
                            llvm::ArrayRef<double> denominators = {});

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

/// Folds the group of \p group.quantize, whose source is an operation of the
/// rule's kind. Without a \p rewriter nothing is changed, and success means
/// that the rule applies.
using Rule = LogicalResult (*)(const Group &group, Rewriter *rewriter,
                               Reason &reason);

LogicalResult foldProduct(const Group &, Rewriter *, Reason &);
LogicalResult foldSum(const Group &, Rewriter *, Reason &);
LogicalResult foldMul(const Group &, Rewriter *, Reason &);
LogicalResult foldAverage(const Group &, Rewriter *, Reason &);
LogicalResult foldSoftmax(const Group &, Rewriter *, Reason &);

/// A group that computes each element from one of one tensor.
LogicalResult foldTable(Operation *quantize, Rewriter *rewriter,
                        Reason &reason);

/// QLinearConv and QLinearMatMul.
LogicalResult foldQLinear(Operation *op, Rewriter *rewriter, Reason &reason);

/// Moves a DequantizeLinear behind \p op, which only moves or selects
/// elements of its operand.
LogicalResult sinkDequantize(Operation *op, Rewriter &rewriter);
/// Moves a QuantizeLinear before such an operation.
LogicalResult hoistQuantize(Operation *quantize, Rewriter &rewriter);
/// The names of these operations.
llvm::ArrayRef<llvm::StringLiteral> getMovements();

} // namespace onnc::qdq

#endif // ONNC_LIB_TRANSFORMS_QDQ_QDQ_H
