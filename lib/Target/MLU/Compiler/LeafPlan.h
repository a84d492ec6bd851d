//===- LeafPlan.h - How a kernel is computed --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What a kernel is to the MLU: one operator of a family that has code of its
/// own (Leaf.h), then elementwise operators on its tile, value by value in
/// working storage.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_LEAFPLAN_H
#define ONNC_LIB_TARGET_MLU_COMPILER_LEAFPLAN_H

#include "onnc/IR/Module.h"
#include "onnc/Support/Requantize.h"
#include "onnc/Target/MLU/ISA.h"
#include "onnc/Target/MLU/Machine.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <string>

namespace onnc::mlu {

enum class LeafFamily : uint8_t {
  Elementwise,
  Convolution,
  Depthwise,
  Pool,
  Product,
  Softmax,
  LayerNorm,
  Reduction,
  LRN,
  Movement,
  IntegerSoftmax,
};

struct LeafPlan {
  LeafFamily family = LeafFamily::Elementwise;
  /// The first operator, unless the family is Elementwise.
  Operation *root = nullptr;
  /// The elementwise operators, in order, and the slots of working storage that
  /// each one may use as it likes.
  struct Step {
    Operation *op;
    llvm::SmallVector<unsigned, 3> temporaries;
  };
  llvm::SmallVector<Step, 4> steps;
  /// Where values that operators compute stand: 0 is the output's tile, others
  /// are slots of working storage.
  llvm::DenseMap<const Value *, unsigned> slots;
  /// Slots, less the output; each has an element of so many bytes for each of
  /// the output's.
  unsigned numSlots = 0;
  unsigned slotElementBytes = 2;
  /// Multipliers that compute each quant.Sum exactly.
  llvm::DenseMap<const Operation *, FixedPointSum> fixedSums;
};

/// The type that a kernel computes a tensor's elements in; bool is a float, 0
/// or
/// 1. nullopt where the machine has none for it.
std::optional<ElemType> getComputeType(ElementType type);
/// The type that tensors have in memory.
std::optional<ElemType> getStorageType(ElementType type);
/// The same as a type of the IR.
std::optional<ElementType> getStorageElement(ElementType type);

/// Either the plan or why there is none.
struct LeafPlanOrRefusal {
  std::optional<LeafPlan> plan;
  std::string refusal;
};
/// Finding fixedSums takes a while; where \p isAccepted says that it was done
/// before they are left out.
LeafPlanOrRefusal planLeaf(const Graph &kernel, bool isAccepted = false);

/// The family of an operator that has code of its own.
std::optional<LeafFamily> getFamily(const Operation *op);

// Why operators are refused, by family; nullopt where they aren't.
using Refusal = std::optional<std::string>;
Refusal refuseWindows(Operation *op);
Refusal refuseProduct(Operation *op);
Refusal refuseRows(Operation *op);
Refusal refuseMovement(Operation *op);
Refusal refuseIntegerSoftmax(Operation *op);

/// Multipliers that compute a quant.Sum exactly; nullopt where there are none.
std::optional<FixedPointSum> findFixedSum(const Operation *op);

/// The same for elementwise operators; \p temporaries becomes the working
/// storage that one takes, in slots.
Refusal refuseElementwise(Operation *op, unsigned &temporaries);
/// Whether \p op is elementwise, as far as the MLU is concerned.
bool isElementwise(const Operation *op);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_LEAFPLAN_H
