//===- Leaf.h - The code of kernels -----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Instructions for a tile of a kernel: one function for each family of
/// operators, on tiles at addresses. None of them knows of loops, copies or
/// waits.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_LEAF_H
#define ONNC_LIB_TARGET_MLU_COMPILER_LEAF_H

#include "LeafPlan.h"
#include "VectorCode.h"

namespace onnc::mlu {

/// A tile of a kernel, to be computed.
struct Leaf {
  CoreCode &code;
  const Graph &kernel;
  const LeafPlan &plan;
  llvm::ArrayRef<DeviceView> inputs;
  DeviceView output;
  /// Slot 1 of the plan, and the distance of the others; bytes.
  int64_t slots = 0, slotBytes = 0;
  /// What getRootScratchBytes asked for.
  int64_t rootScratch = 0;

  ProgramBuilder &builder() { return code.builder; }
  /// The tile of an input; null for what isn't one.
  const DeviceView *getInput(const Value *value) const;
  /// Where the tile of a value that an operator of the kernel computes stands:
  /// a tile of the output's box.
  DeviceView getResult(const Value *value) const;
  DeviceView getSlot(unsigned slot, ElemType type) const;
  /// Over the output's box.
  VectorCode getVectors() const;
  /// An operand of an elementwise operator: broadcast to the output's box.
  VectorOperand getOperand(const Value *value) const;
};

void emitLeaf(Leaf &leaf);

// The families. Each computes the root's result where Leaf::getResult says.
void emitElementwise(Leaf &leaf, const LeafPlan::Step &step);
void emitConvolution(Leaf &leaf);
void emitDepthwise(Leaf &leaf);
void emitPool(Leaf &leaf);
void emitProduct(Leaf &leaf);
void emitSoftmax(Leaf &leaf);
void emitLayerNorm(Leaf &leaf);
void emitReduction(Leaf &leaf);
void emitLRN(Leaf &leaf);
void emitMovement(Leaf &leaf);
void emitIntegerSoftmax(Leaf &leaf);

/// Elementwise operators of the dialect quant; false where \p op isn't one.
bool emitQuantized(Leaf &leaf, const LeafPlan::Step &step);
Refusal refuseQuantized(Operation *op, unsigned &temporaries);
/// The bias that a product may start from instead: that of a Requantize, the
/// first and only user of its result. Null where there is none.
ConstantAttr getRequantizedBias(const LeafPlan &plan);

/// Working storage of a root beside the slots, for a tile of output 0.
int64_t getRootScratchBytes(const LeafPlan &plan, llvm::ArrayRef<int64_t> tile);

/// A constant of the kernel: its one element; nullopt for anything else.
std::optional<double> getScalar(const Value *value);
std::vector<double> readNumbers(ConstantAttr constant);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_LEAF_H
