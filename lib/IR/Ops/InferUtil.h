//===- InferUtil.h - What the operators' inference shares -------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Inference runs before verification (the importer and builders need types at
/// once), so that it must take anything: missing operands, operands that are no
/// tensors, attributes of any length. Functions that can fail report the error
/// on the operation first.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IR_OPS_INFERUTIL_H
#define ONNC_LIB_IR_OPS_INFERUTIL_H

#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"

namespace onnc::infer {

using Types = llvm::SmallVectorImpl<Type>;
using Dims = llvm::SmallVector<DimExpr, 6>;

/// No operator makes a tensor of a higher rank.
constexpr unsigned maxRank = 64;

inline InFlightDiagnostic error(Operation *op) {
  return op->emitError(DiagID::InferShape);
}

// Operands --------------------------------------------------------------------

/// "'X'", the declared name of operand \p i, for messages.
std::string operandName(Operation *op, unsigned i);

/// The type of operand \p i; null, with the error reported, where it isn't a
/// tensor.
TensorType requireTensor(Operation *op, unsigned i);
/// The type of operand \p i; null where it is absent (or no tensor, which the
/// verifier reports).
TensorType optionalTensor(Operation *op, unsigned i);
/// Fails where operand \p i is a tensor of a known rank other than \p rank.
LogicalResult requireRank(Operation *op, unsigned i, unsigned rank);
/// Fails where operand \p i certainly has more than one element.
LogicalResult requireSingle(Operation *op, unsigned i);

/// The elements of an integer tensor that is known at compile time.
std::optional<llvm::SmallVector<int64_t, 6>> constantInts(Value *value);
/// The same for a single element.
std::optional<int64_t> constantInt(Value *value);
/// The same for a floating-point one.
std::optional<double> constantFloat(Value *value);

// Dimensions
// --------------------------------------------------------------------

inline DimExpr dim(Operation *op, int64_t value) {
  return DimExpr::constant(op->getContext(), value);
}
inline DimExpr unknownDim(Operation *op) {
  return DimExpr::unknown(op->getContext());
}
inline Dims unknownDims(Operation *op, unsigned rank) {
  return Dims(rank, unknownDim(op));
}
/// "2x[N]x?", "[]" for a scalar.
std::string dimsToString(llvm::ArrayRef<DimExpr> dims);

/// The product, unknown where a factor is.
DimExpr product(Operation *op, llvm::ArrayRef<DimExpr> dims);
/// Certainly expr ≥ value, by the ranges of the module's symbols.
bool isAtLeast(Operation *op, DimExpr expr, int64_t value);

/// What is known of a dimension that is both \p a and \p b; null, with the
/// error reported, where they contradict each other. \p what names it.
DimExpr mergeDims(Operation *op, DimExpr a, DimExpr b, const llvm::Twine &what);
/// Merges \p other into \p dims, of the same length.
LogicalResult mergeInto(Operation *op, Dims &dims,
                        llvm::ArrayRef<DimExpr> other, const llvm::Twine &what);

/// Operand \p i, if it is there and ranked, must have the shape \p dims; what
/// it tells of them is merged into them.
LogicalResult mergeShape(Operation *op, unsigned i,
                         llvm::ArrayRef<DimExpr *> dims);

// Attributes
// --------------------------------------------------------------------

/// \p axis counted from the front. Reports where it is out of range; \p name is
/// the attribute's or operand's.
std::optional<unsigned> resolveAxis(Operation *op, int64_t axis, unsigned rank,
                                    llvm::StringRef name = "axis");
/// The same for several, which must differ.
std::optional<llvm::SmallVector<unsigned, 6>>
resolveAxes(Operation *op, llvm::ArrayRef<int64_t> axes, unsigned rank,
            llvm::StringRef name = "axes");
/// Fails unless the string attribute, \p fallback where it is absent, is one of
/// \p allowed.
LogicalResult requireOneOf(Operation *op, llvm::StringRef attr,
                           llvm::StringRef fallback,
                           llvm::ArrayRef<llvm::StringRef> allowed);
/// The element type that the attribute \p name (a TensorProto.DataType) means;
/// \p fallback where it is absent or 0 and there is a fallback.
std::optional<ElementType>
elementTypeAttr(Operation *op, llvm::StringRef name,
                std::optional<ElementType> fallback = std::nullopt);

// Results
// -----------------------------------------------------------------------

/// Appends a tensor type. Fails where a dimension is negative or the number of
/// elements overflows.
LogicalResult addTensor(Operation *op, Types &types, ElementType element,
                        llvm::ArrayRef<DimExpr> shape);
void addUnranked(Operation *op, Types &types, ElementType element);
/// Appends a tensor with \p like's shape (unranked if it is).
LogicalResult addLike(Operation *op, Types &types, TensorType like,
                      ElementType element);

/// Multidirectional broadcasting with the error reported.
std::optional<Dims> broadcastDims(Operation *op, llvm::ArrayRef<DimExpr> a,
                                  llvm::ArrayRef<DimExpr> b);
/// Fails where \p from doesn't broadcast to \p to without changing it.
LogicalResult requireBroadcastsTo(Operation *op, unsigned operand,
                                  llvm::ArrayRef<DimExpr> to);

/// The most precise type that holds every value of \p a and of \p b; null where
/// kinds or element types differ.
Type joinTypes(Type a, Type b);

} // namespace onnc::infer

#endif // ONNC_LIB_IR_OPS_INFERUTIL_H
