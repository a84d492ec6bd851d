//===- Leaf.h - The code of a kernel over a box -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A leaf is a function that computes a box of a kernel's output. These emit
/// its body at a builder's insertion point.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_EMIT_LEAF_H
#define ONNC_LIB_TARGET_X86_EMIT_LEAF_H

#include "../KernelPlan.h"
#include "Elements.h"

namespace onnc::x86 {

struct LeafTask {
  LeafBuilder &b;
  const Graph &kernel;
  const KernelPlan &plan;
  /// By input of the kernel.
  llvm::SmallVector<Operand, 4> inputs;
  Operand output;
  /// The box, one range for each dimension of the output.
  llvm::SmallVector<IRRange, 6> box;
  /// Vector registers of the machine.
  unsigned registers;

  const Value *getOutputValue() const { return kernel.getOutput(0); }
};

/// Any kernel.
void emitLeaf(const LeafTask &task);

/// One whose root has a register plan.
void emitRegisterLeaf(const LeafTask &task, const RegisterPlan &plan);

/// Copies a box of one tensor to another; layouts and element types may
/// differ. Rounds to nearest even; integers saturate.
void emitCopy(LeafBuilder &b, const Operand &from, const Operand &to,
              llvm::ArrayRef<IRRange> box);
/// Sets a box of \p to, whatever the tensor's shape is.
void emitFill(LeafBuilder &b, const Operand &to, llvm::ArrayRef<IRRange> box,
              double value);

/// May vectors along dimension \p dim of the output of \p task reach behind the
/// end of that dimension? Nothing then reads, or writes, what isn't padding or
/// its neighbourhood.
bool mayOverrun(const LeafTask &task, unsigned dim, const Operation *root);

using BoxBody = llvm::function_ref<void(llvm::ArrayRef<Coord>)>;
/// Runs \p body for every element of \p box that \p dims span, or every vector
/// along \p lane; the others of \p coords are given. What doesn't fill a vector
/// is done element by element, where vectors may not \p overrun.
void forBox(LeafBuilder &b, llvm::ArrayRef<IRRange> box,
            llvm::ArrayRef<unsigned> dims, std::optional<unsigned> lane,
            bool aligned, bool overrun, Coords coords, BoxBody body);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_EMIT_LEAF_H
