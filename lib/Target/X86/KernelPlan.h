//===- KernelPlan.h - How a kernel is computed ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Which code computes a kernel, or why none does. Both the tile model, which
/// lets kernels grow while they aren't refused, and the code generator ask
/// here.
///
/// A kernel has one output. It is a map (every element of the output is an
/// expression of elements of the inputs: elementwise operators and data
/// movement, in any order), or has a root that reads kernel inputs, and behind
/// it elementwise operators that use the root's result where it stands.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_KERNELPLAN_H
#define ONNC_LIB_TARGET_X86_KERNELPLAN_H

#include "onnc/IR/Module.h"
#include "onnc/IR/Ops/Windows.h"
#include "llvm/Support/Error.h"

namespace onnc::x86 {

/// What an operator is to the code generator.
enum class OpClass : uint8_t {
  Constant,    ///< a constant, or a parameter of another operator
  Elementwise, ///< computes an element from elements of its operands
  Movement,    ///< copies elements; indexing says which
  Product,     ///< Conv, Gemm, MatMul: sums of products
  Window,      ///< pools: a maximum or a mean over windows
  Reduction,   ///< Reduce…: over whole dimensions
  Row,         ///< Softmax, LayerNormalization: from moments of whole rows
};

/// An error where no code is made for \p op, with the reason for the user.
llvm::Expected<OpClass> classify(const Operation &op);

/// How a root's sums are computed.
enum class RootMethod : uint8_t {
  None,     ///< a map: there is no root
  Register, ///< by register tiles
  Loops,    ///< one element (or vector of elements) at a time
};

struct KernelPlan {
  RootMethod method = RootMethod::None;
  OpClass rootClass = OpClass::Elementwise;
  Operation *root = nullptr;
  /// "conv_3x3_s2": what code is named after.
  std::string name;
};

llvm::Expected<KernelPlan> planKernel(const Graph &kernel, unsigned lanes);

/// The register tile of a product or a window: what its operands are to it.
struct RegisterPlan {
  /// Dimensions of the result: along which vectors lie, and along which a tile
  /// has several of them.
  unsigned laneDim = 1;
  unsigned pixelDim = 0;
  /// Per result dimension: does a window slide along it, and which. Empty for
  /// products of matrices.
  llvm::SmallVector<Window, 3> windows;
  unsigned firstWindowDim = 2;
  /// Channels are summed over this many elements; 1 where there is no sum.
  int64_t channels = 1;
  /// Groups of a convolution, whose channels are each one's own.
  int64_t groups = 1;
  /// Every lane has a channel of its own (depthwise, pools): operand 0 is read
  /// by vectors too.
  bool perChannel = false;
};

/// nullopt where the root can't be computed by register tiles.
std::optional<RegisterPlan> planRegisters(const Operation &root,
                                          unsigned lanes);

/// Does an operand hold the parameter \p index of \p op (a shape, axes), whose
/// value the indexing already has?
bool isParameter(const Operation &op, unsigned index);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_KERNELPLAN_H
