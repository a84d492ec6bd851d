//===- IndexingUtil.h - What the indexing of operators shares ---*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The functions of this directory are those that the records name
/// (Op::indexing). They take operations whose types have been inferred and are
/// static, so that shapes fit each other; they return nullopt where a parameter
/// that must be a constant isn't one.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IR_INDEXING_INDEXINGUTIL_H
#define ONNC_LIB_IR_INDEXING_INDEXINGUTIL_H

#include "onnc/IR/Indexing.h"
#include "onnc/IR/Operation.h"
#include "onnc/IR/Ops/Axes.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/Ops/Quant.h"

namespace onnc::indexing {

using Shape = llvm::SmallVector<int64_t, 6>;
using Dims = llvm::SmallVector<unsigned, 6>;

/// The static shape of an operand that is there, or of a result.
Shape getShape(const Value *value);
Shape getOperandShape(const Operation *op, unsigned i);
Shape getResultShape(const Operation *op, unsigned i = 0);

/// An indexing without dimensions, with a place for every operand and result.
Indexing create(const Operation *op);

/// "d0", "d1", …
llvm::StringRef getDimName(unsigned i);
/// Adds a parallel dimension of that name for each of \p shape.
Dims addDims(Indexing &indexing, llvm::ArrayRef<int64_t> shape);
/// The same as addDims for the shape of result 0, whose access they become.
Dims addResultDims(Indexing &indexing, const Operation *op);

/// The dimensions themselves.
Access toAccess(llvm::ArrayRef<unsigned> dims);
/// Element 0 of every dimension: of a tensor of one element.
Access first(unsigned rank);
/// All of a tensor.
Access all(unsigned rank);
/// A tensor of \p shape that broadcasts to one of \p target, whose dimensions
/// are \p dims.
Access broadcastTo(llvm::ArrayRef<int64_t> shape,
                   llvm::ArrayRef<int64_t> target,
                   llvm::ArrayRef<unsigned> dims);
/// A vector of parameters along dimension \p dim, or of one element.
Access along(llvm::ArrayRef<int64_t> shape, unsigned dim);

/// The operator's axis attribute counted from the front.
std::optional<unsigned> getAxis(const Operation *op, int64_t fallback,
                                unsigned rank);
/// The elements of operand \p i, if it is an integer tensor known at compile
/// time.
std::optional<llvm::SmallVector<int64_t, 6>> getInts(const Operation *op,
                                                     unsigned i);

/// result and operand 0 have the same shape, along whose \p whole dimensions
/// nothing can be cut.
Indexing createAlong(const Operation *op, llvm::ArrayRef<unsigned> whole);

} // namespace onnc::indexing

#endif // ONNC_LIB_IR_INDEXING_INDEXINGUTIL_H
