//===- Builder.h - Creating operations --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A builder creates operations at an insertion point, with a location, and
/// infers their result types.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_BUILDER_H
#define ONNC_IR_BUILDER_H

#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "onnc/IR/OpView.h"

namespace onnc {

class Builder {
public:
  explicit Builder(Context &context)
      : context(context), loc(Location::unknown(context)) {}
  /// Inserts before \p op and takes its location.
  explicit Builder(Operation *op)
      : context(op->getContext()), loc(op->getLoc()) {
    setInsertionPoint(op);
  }

  Context &getContext() const { return context; }
  Location getLoc() const { return loc; }
  void setLoc(Location l) { loc = l; }

  void setInsertionPoint(Operation *before) {
    region = before->getParentRegion();
    point = before;
  }
  void setInsertionPointAfter(Operation *op) {
    region = op->getParentRegion();
    point = op->getNextOp();
  }
  void setInsertionPointToStart(Region &r);
  void setInsertionPointToEnd(Region &r) {
    region = &r;
    point = nullptr;
  }
  Region *getInsertionRegion() const { return region; }
  /// The operation that new ones are inserted before; null: at the end.
  Operation *getInsertionPoint() const { return point; }

  void insert(Operation *op);

  /// Creates and inserts an operation with given result types.
  Operation *create(const OpInfo &info, llvm::ArrayRef<Value *> operands,
                    llvm::ArrayRef<Type> resultTypes,
                    llvm::ArrayRef<NamedAttr> attributes = {},
                    unsigned numRegions = 0);
  /// \p name must be registered.
  Operation *create(llvm::StringRef name, llvm::ArrayRef<Value *> operands,
                    llvm::ArrayRef<Type> resultTypes,
                    llvm::ArrayRef<NamedAttr> attributes = {},
                    unsigned numRegions = 0);
  /// Creates and inserts one whose result types are inferred. \p numResults:
  /// how many of the declared results are wanted (all of the non-variadic
  /// ones by default). Null, with the error reported, where the operands
  /// contradict the operator.
  Operation *createInferred(llvm::StringRef name,
                            llvm::ArrayRef<Value *> operands,
                            llvm::ArrayRef<NamedAttr> attributes = {},
                            int numResults = -1);
  /// The generated build functions of the views.
  template <typename OpT, typename... Args> OpT create(Args &&...args) {
    return OpT::build(*this, std::forward<Args>(args)...);
  }

  /// An onnx.Constant.
  Value *constant(ConstantAttr value, llvm::StringRef name = {});
  Value *constantInts(llvm::ArrayRef<int64_t> values, bool scalar = false);

  /// The terminator of the region.
  Operation *createReturn(llvm::ArrayRef<Value *> values);

private:
  Context &context;
  Location loc;
  Region *region = nullptr;
  Operation *point = nullptr;
};

} // namespace onnc

#endif // ONNC_IR_BUILDER_H
