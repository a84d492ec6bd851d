//===- VectorCode.h - Elementwise code over strided tiles -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Vector instructions take contiguous vectors; tiles have strides, and
/// operands broadcast. This finds, for operands that are read along the
/// elements of one box, the fewest instructions: dimensions that lie alike in
/// all operands are one, a vector that repeats is cycled, one element per row
/// is spread over it, and what is left is written out.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_VECTORCODE_H
#define ONNC_LIB_TARGET_MLU_COMPILER_VECTORCODE_H

#include "CoreCode.h"
#include "DeviceView.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace onnc::mlu {

/// Elements in NRAM, by strides over the dimensions of a box (0: the same for
/// all), or one number for all of them.
struct VectorOperand {
  std::optional<double> scalar;
  ElemType type = ElemType::F16;
  int64_t address = 0;
  llvm::SmallVector<int64_t, 6> strides;

  static VectorOperand number(double value) { return {value}; }
};

enum class BinaryKind : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Max,
  Min,
  Greater,
  GreaterOrEqual,
  Equal,
  And,
  Or,
  Xor,
  Pow,
};

class VectorCode {
public:
  /// Over a box of \p sizes. \p order: its dimensions, outermost first, as they
  /// lie in most of the operands.
  VectorCode(CoreCode &code, llvm::ArrayRef<int64_t> sizes,
             llvm::ArrayRef<unsigned> order);

  int64_t getVolume() const { return volume; }
  /// Dense in the order given.
  VectorOperand getDense(int64_t address, ElemType type) const;
  /// The same elements in \p view; its box has the sizes.
  static VectorOperand getOperand(const DeviceView &view);

  using Unary = llvm::function_ref<void(Reg to, Reg from, Reg count)>;
  /// Calls \p emit for each contiguous piece. No operand is a scalar.
  void unary(const VectorOperand &to, const VectorOperand &from, Unary emit);
  /// The types of all are that of \p to. \p a may be a scalar, or broadcast,
  /// only where \p spare is given, working storage for all elements; \p to may
  /// be \p a or \p b.
  void binary(BinaryKind kind, const VectorOperand &to, const VectorOperand &a,
              const VectorOperand &b, const VectorOperand *spare = nullptr);
  /// All elements of \p to.
  void fill(const VectorOperand &to, double value);
  /// Copies, converts, and repeats what is broadcast.
  void copy(const VectorOperand &to, const VectorOperand &from);
  /// Entries of 16 bytes at \p table, one for each index of dimension \p dim,
  /// which is the innermost of both operands.
  void requantize(const VectorOperand &to, const VectorOperand &from,
                  int64_t table, unsigned dim);

private:
  /// Innermost first. Strides by operand.
  struct Loop {
    int64_t extent;
    llvm::SmallVector<int64_t, 3> strides;
  };
  llvm::SmallVector<Loop, 6>
  getLoops(llvm::ArrayRef<const VectorOperand *> operands) const;
  /// Calls \p body with the addresses of the operands, for all iterations of
  /// the loops from \p first on.
  void iterate(llvm::ArrayRef<Loop> loops, size_t first,
               llvm::ArrayRef<const VectorOperand *> operands,
               llvm::function_ref<void(llvm::ArrayRef<int64_t>)> body);
  bool isFull(const VectorOperand &operand) const;

  CoreCode &code;
  llvm::SmallVector<int64_t, 6> sizes;
  llvm::SmallVector<unsigned, 6> order;
  int64_t volume = 1;
};

/// What a scalar register holds for \p value as an element of \p type.
uint32_t getScalarBits(double value, ElemType type);
/// What VFILL stores for it.
uint32_t getElementBits(double value, ElemType type);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_VECTORCODE_H
