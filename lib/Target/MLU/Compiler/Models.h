//===- Models.h - What the MLU tells the generic algorithms -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_COMPILER_MODELS_H
#define ONNC_TARGET_MLU_COMPILER_MODELS_H

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/Machine/Machine.h"
#include "onnc/Machine/OperatorModel.h"
#include "onnc/Target/MLU/Machine.h"

namespace onnc::mlu {

/// The generic description of \p params.
Machine describeMachine(const MachineParams &params);

/// Which ONNX operations the selection rules take. Costs are rooflines: the
/// larger of computing on all cores and moving every operand and result once.
class MLUOperatorModel : public OperatorModel {
public:
  explicit MLUOperatorModel(const MachineParams &machine) : machine(machine) {}
  std::optional<std::string> getRefusal(const Operation &op) const override;
  OperationCost getCost(const Operation &op) const override;

private:
  const MachineParams &machine;
};

/// Storage of the MLU's tensors in device memory and of tiles in scratchpads.
class MLUBufferModel : public BufferModel {
public:
  std::optional<BufferRequest> getBuffer(const Value &value) const override;
  std::optional<unsigned> getAliasedOperand(const Value &value) const override;
  bool isPersistent(const Value &value) const override;
  llvm::SmallVector<ScratchRequest, 4>
  getScratch(const Operation &op) const override;
};

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_COMPILER_MODELS_H
