//===- Selection.h - From ONNX operators to the MLU's -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// One rule for each ONNX operator that the MLU runs: whether it can run this
/// operation, and if not, why; and how it becomes operators of the MLU. The
/// operator model and the pass mlu-select read the same table.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_SELECTION_H
#define ONNC_TARGET_MLU_COMPILER_SELECTION_H

#include "MLUOps.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <string>

namespace onnc::mlu {

class Selection;

/// Why an operation can't run; nullopt where it can.
using Refusal = std::optional<std::string>;

struct SelectionRule {
  llvm::StringRef onnxOp;
  Refusal (*refuse)(Operation *op);
  /// Called for operations without refusal.
  void (*select)(Operation *op, Selection &selection);
  /// The result may be the first operand's elements where they lie.
  bool sharesElements = false;
};

/// Null where there is no rule for the operator.
const SelectionRule *findRule(llvm::StringRef onnxOp);

/// The state of selecting one graph: which device tensor holds which value of
/// the tensor level.
class Selection {
public:
  explicit Selection(Context &context) : builder(context) {}

  Builder builder;

  /// The device tensor of \p value: FP16, N×H×W×C where it has rank 4.
  Value *get(Value *value);
  void set(Value *onnxValue, Value *device);
  /// The device's type for a value.
  TensorType getDeviceType(Value *value);

  /// An FP32 constant in device memory.
  Value *constant(llvm::ArrayRef<float> values, llvm::ArrayRef<int64_t> shape);
  /// An FP16 constant in device memory with the device's \p shape: element
  /// (i, j, …) is that of \p source at i · strides[0] + j · strides[1] + …,
  /// times \p scale. A splat stays one.
  Value *pack(ConstantAttr source, llvm::ArrayRef<int64_t> shape,
              llvm::ArrayRef<int64_t> strides, float scale = 1);
  /// \p device's bytes as another shape; \p device itself where it has it.
  Value *reshape(Value *device, llvm::ArrayRef<int64_t> shape);

private:
  llvm::DenseMap<const Value *, Value *> values;
};

// Shared by the rules --------------------------------------------------------

/// The elements of a constant float tensor, as FP32.
std::vector<float> readFloats(ConstantAttr constant);
/// The only element of a constant, or \p fallback where \p value is absent.
std::optional<float> readScalar(Value *value, float fallback);
/// A float tensor of static shape that the device can hold?
Refusal refuseValue(const Value *value, llvm::StringRef what);
/// All operands that aren't constants, and all results.
Refusal refuseValues(Operation *op);
/// Is \p input, and every value whose elements it shares without copying
/// (reshaped, passed on), used once only? Then what computes it may do more.
bool isOnlyUse(Value *input);

/// Rules by family.
llvm::ArrayRef<SelectionRule> getWindowRules();
llvm::ArrayRef<SelectionRule> getMatrixRules();
llvm::ArrayRef<SelectionRule> getElementwiseRules();
llvm::ArrayRef<SelectionRule> getShapeRules();

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_COMPILER_SELECTION_H
