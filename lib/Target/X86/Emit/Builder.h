//===- Builder.h - Loops, addresses and vectors in LLVM IR ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What all code that emits LLVM IR shares. Only sources of this directory
/// include it: LLVM IR's headers are heavy.
///
/// Elements are addressed by coordinates of their tensor. A coordinate is the
/// same for all lanes of a vector, or counts with the lanes, or is a vector of
/// its own; the layout makes offsets of them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_EMIT_BUILDER_H
#define ONNC_LIB_TARGET_X86_EMIT_BUILDER_H

#include "onnc/IR/Types.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace onnc::x86 {

using IRValue = llvm::Value;
using IRType = llvm::Type;
using IRValues = llvm::SmallVector<llvm::Value *, 8>;

/// A range of a loop.
struct IRRange {
  IRValue *lo;
  IRValue *hi;
};

/// An index along one dimension.
struct Coord {
  enum Kind : uint8_t {
    Uniform, ///< an i64 for all lanes
    Lanes,   ///< an i64 for lane 0; lane i is i more
    Vector,  ///< a vector of i64
  };
  IRValue *index = nullptr;
  Kind kind = Uniform;
  /// The index of lane 0 is a multiple of the number of lanes.
  bool aligned = false;
};
using Coords = llvm::SmallVector<Coord, 6>;

/// Where the element at all-zero coordinates of a tensor lies, and how far
/// others are from it. The pointer may lie outside of the storage, where that
/// holds a box that starts elsewhere.
struct Operand {
  IRValue *pointer = nullptr;
  ElementType element = ElementType::F32;
  /// Elements between neighbouring blocks (elements, where block is 1).
  llvm::SmallVector<int64_t, 6> strides;
  /// Size of a dimension's blocks, and the distance of elements within one.
  llvm::SmallVector<int64_t, 6> blocks, innerStrides;
  /// Of the tensor.
  llvm::SmallVector<int64_t, 6> shape;

  /// Takes over the layout of \p type, at most one block per dimension.
  static Operand get(BufferType type, llvm::ArrayRef<int64_t> domain,
                     IRValue *pointer);
  /// Is a layout one that get() accepts?
  static bool isSupported(const Layout &layout);
  unsigned getRank() const { return shape.size(); }
  /// Where neighbours along \p dim are neighbours in memory, at least for
  /// aligned groups of \p lanes.
  bool isContiguous(unsigned dim, unsigned lanes) const;
  /// The dimension along which isContiguous holds; nullopt: none.
  std::optional<unsigned> getContiguousDim(unsigned lanes) const;
};

class LeafBuilder : public llvm::IRBuilder<> {
public:
  LeafBuilder(llvm::LLVMContext &context, unsigned lanes)
      : IRBuilder(context), lanes(lanes) {}

  const unsigned lanes;

  llvm::ConstantInt *i64(int64_t value) { return getInt64(value); }
  IRType *getElementType(ElementType type);
  llvm::FixedVectorType *getVectorType(IRType *scalar) {
    return llvm::FixedVectorType::get(scalar, lanes);
  }
  /// Integer arithmetic that folds what is known.
  IRValue *add(IRValue *a, IRValue *b);
  IRValue *add(IRValue *a, int64_t b) { return add(a, i64(b)); }
  IRValue *mul(IRValue *a, int64_t b);
  IRValue *divFloor(IRValue *a, int64_t b);
  IRValue *modFloor(IRValue *a, int64_t b);
  IRValue *min(IRValue *a, IRValue *b);
  IRValue *max(IRValue *a, IRValue *b);

  /// Runs \p body with a counter from lo, in steps, while it is below hi;
  /// values are carried from one iteration to the next, and the last ones are
  /// returned.
  IRValues loop(IRRange range, int64_t step, llvm::ArrayRef<IRValue *> init,
                llvm::function_ref<IRValues(IRValue *, IRValues)> body);
  void loop(IRRange range, int64_t step,
            llvm::function_ref<void(IRValue *)> body);
  /// The values that one of the two branches returns.
  IRValues branch(IRValue *condition, llvm::function_ref<IRValues()> then,
                  llvm::function_ref<IRValues()> otherwise);
  void branch(IRValue *condition, llvm::function_ref<void()> then);

  /// A vector of \p value where it is a scalar.
  IRValue *splat(IRValue *value);
  /// i64 index of \p lane.
  IRValue *getLane(const Coord &coord, unsigned lane);
  Coords getLane(llvm::ArrayRef<Coord> coords, unsigned lane);

  IRValue *getAddress(const Operand &operand, llvm::ArrayRef<IRValue *> index);
  IRValue *getElementAddress(IRType *type, IRValue *pointer, IRValue *offset);
  /// A scalar where no coordinate differs between lanes, else a vector. f16
  /// and bf16 become f32, a bool an i1.
  IRValue *load(const Operand &operand, llvm::ArrayRef<Coord> coords);
  /// \p value: a vector where a coordinate differs between lanes.
  void store(const Operand &operand, llvm::ArrayRef<Coord> coords,
             IRValue *value);

private:
  IRValue *widen(IRValue *value, ElementType type);
  IRValue *narrow(IRValue *value, ElementType type);
  std::optional<unsigned> findVectorAccess(const Operand &operand,
                                           llvm::ArrayRef<Coord> coords);
};

/// Does any coordinate differ between lanes?
bool isVector(llvm::ArrayRef<Coord> coords);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_EMIT_BUILDER_H
