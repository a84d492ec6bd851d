//===- ShapeInference.h - Result types from operands ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Types of results follow from types of operands and from the constants among
/// them. Partial data propagation lets shapes that a model computes (Shape →
/// Gather → Concat → Reshape) be known at compile time.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_SHAPEINFERENCE_H
#define ONNC_IR_SHAPEINFERENCE_H

#include "onnc/IR/Module.h"

namespace onnc {

/// Infers \p op's result types and unifies them with those it has. Unchanged
/// where the operator has no inference. Fails, with the error reported, where
/// operands contradict the operator or the results' types.
LogicalResult inferTypes(Operation *op, bool *changed = nullptr);

/// Infers all types of all graphs, bodies included, to a fixpoint.
LogicalResult inferTypes(Module &module);

/// The constant that \p value is, or a null attribute.
ConstantAttr getConstantValue(const Value *value);

/// What is known about the elements of an integer tensor of rank 0 or 1 (at
/// most 64 elements), one DimExpr each, unknown where nothing is known;
/// nullopt where not even their number is known.
std::optional<llvm::SmallVector<DimExpr, 6>> getShapeValue(const Value *value);

/// The shape that \p value describes: as getShapeValue, and where only the
/// number of elements is known, that many unknown dimensions.
std::optional<llvm::SmallVector<DimExpr, 6>>
getShapeValueOrUnknown(const Value *value);

/// NumPy's multidirectional broadcasting, as in ONNX's Broadcasting.md. Unequal
/// unknown dimensions give an unknown one. Nullopt where the shapes contradict.
std::optional<llvm::SmallVector<DimExpr, 6>>
broadcastShapes(llvm::ArrayRef<DimExpr> a, llvm::ArrayRef<DimExpr> b);

} // namespace onnc

#endif // ONNC_IR_SHAPEINFERENCE_H
