//===- OpView.h - Typed views of operations ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The base of the classes that onnc-tblgen generates, one per operator, with
/// named accessors. A view is a pointer in disguise: pass it by value, test it
/// like a pointer, get the operation with ->.
///
///   if (auto conv = llvm::dyn_cast<onnx::ConvOp>(op))
///     use(conv.getX(), conv.getStrides());
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPVIEW_H
#define ONNC_IR_OPVIEW_H

#include "onnc/IR/Operation.h"
#include "llvm/Support/Casting.h"

namespace onnc {

class OpView {
public:
  OpView() = default;
  explicit OpView(Operation *op) : op(op) {}
  explicit operator bool() const { return op != nullptr; }
  Operation *operator->() const { return op; }
  operator Operation *() const { return op; }
  Operation *getOperation() const { return op; }

protected:
  Operation *op = nullptr;
};

} // namespace onnc

namespace llvm {
// isa/cast/dyn_cast from Operation * and Operation & to views. Of a const
// operation one can only ask what it is: a view lets its holder change it.
template <typename To>
struct CastInfo<To, onnc::Operation *,
                std::enable_if_t<std::is_base_of_v<onnc::OpView, To>>>
    : NullableValueCastFailed<To>,
      DefaultDoCastIfPossible<To, onnc::Operation *,
                              CastInfo<To, onnc::Operation *>> {
  static bool isPossible(const onnc::Operation *op) {
    return op->getName() == To::getOperationName();
  }
  static To doCast(onnc::Operation *op) { return To(op); }
};
template <typename To>
struct CastInfo<To, const onnc::Operation *,
                std::enable_if_t<std::is_base_of_v<onnc::OpView, To>>> {
  static bool isPossible(const onnc::Operation *op) {
    return op->getName() == To::getOperationName();
  }
};
template <typename To>
struct CastInfo<To, onnc::Operation,
                std::enable_if_t<std::is_base_of_v<onnc::OpView, To>>>
    : NullableValueCastFailed<To>,
      DefaultDoCastIfPossible<To, onnc::Operation &,
                              CastInfo<To, onnc::Operation>> {
  static bool isPossible(const onnc::Operation &op) {
    return op.getName() == To::getOperationName();
  }
  static To doCast(onnc::Operation &op) { return To(&op); }
};
template <typename To>
struct CastInfo<To, const onnc::Operation,
                std::enable_if_t<std::is_base_of_v<onnc::OpView, To>>> {
  static bool isPossible(const onnc::Operation &op) {
    return op.getName() == To::getOperationName();
  }
};
} // namespace llvm

#endif // ONNC_IR_OPVIEW_H
