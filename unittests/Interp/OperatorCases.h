//===- OperatorCases.h - Random operations of every kind --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A small random operation of any operator that states its indexing, with
/// operands to evaluate it on, and with other contents for operands that must
/// not matter.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_INTERP_OPERATORCASES_H
#define ONNC_UNITTESTS_INTERP_OPERATORCASES_H

#include "onnc/IR/Builder.h"
#include "onnc/Interp/Interpreter.h"
#include "llvm/ADT/StringMap.h"
#include <random>

namespace onnc {

/// Calls fn.template operator()<T>() with the storage type of \p type, one of
/// those that the cases use.
template <typename Fn> auto withStorage(ElementType type, Fn fn) {
  switch (type) {
  case ElementType::F32:
    return fn.template operator()<float>();
  case ElementType::F64:
    return fn.template operator()<double>();
  case ElementType::I8:
    return fn.template operator()<int8_t>();
  case ElementType::U8:
  case ElementType::Bool:
    return fn.template operator()<uint8_t>();
  case ElementType::U32:
    return fn.template operator()<uint32_t>();
  case ElementType::I32:
    return fn.template operator()<int32_t>();
  case ElementType::I64:
    return fn.template operator()<int64_t>();
  default:
    llvm_unreachable("no case uses this type");
  }
}

/// A tensor of the numbers that next() gives.
TensorValue makeTensor(ElementType type, llvm::ArrayRef<int64_t> shape,
                       llvm::function_ref<double()> next);

/// What an operand holds.
struct CaseOperand {
  TensorValue contents;
  /// Of the same shape: what may stand where nothing is read. Floating-point
  /// numbers are NaN in the first.
  TensorValue garbage[2];
  /// What an element of a factor must be for its products to be 0, where that
  /// isn't 0 (a zero point). Integers only.
  int64_t zero = 0;
  /// May be replaced by zero: it is no parameter of what is summed.
  bool isFactor = true;
};

/// One operation, alone in a graph, in the making.
class OperatorCase {
public:
  OperatorCase(Context &context, unsigned seed);

  /// Makes an operation of operator \p name. False where the random parameters
  /// don't fit each other (no window fits), or there is no way to make one.
  bool generate(llvm::StringRef name);
  static bool isKnown(llvm::StringRef name);

  Operation *getOp() const { return op; }
  /// Of an operand that is there.
  const CaseOperand &getOperand(unsigned i) const {
    return operands[op->getOperand(i)];
  }

  // For generators -----------------------------------------------------------

  using Shape = llvm::SmallVector<int64_t, 6>;
  /// In [lo, hi].
  int64_t pick(int64_t lo, int64_t hi) {
    return lo + int64_t(random() % uint64_t(hi - lo + 1));
  }
  bool flip() { return pick(0, 1); }
  template <typename T> T oneOf(std::initializer_list<T> values) {
    return values.begin()[pick(0, values.size() - 1)];
  }
  /// Of sizes in [1, limit].
  Shape shape(unsigned minRank, unsigned maxRank, int64_t limit = 5);
  /// A shape that broadcasts to \p target.
  Shape broadcastable(llvm::ArrayRef<int64_t> target);

  /// An axis of a tensor of rank \p rank.
  int64_t pickAxis(size_t rank) {
    return pick(-int64_t(rank), int64_t(rank) - 1);
  }

  /// Small integers, 0 excluded; garbage is anything.
  Value *data(ElementType type, llvm::ArrayRef<int64_t> shape);
  Value *floats(llvm::ArrayRef<int64_t> shape) {
    return data(ElementType::F32, shape);
  }
  /// Integers in [lo, hi], garbage too: other numbers would be errors.
  Value *ints(ElementType type, llvm::ArrayRef<int64_t> shape, int64_t lo,
              int64_t hi);
  /// Powers of two, with a sign: products of any number are exact.
  Value *powers(llvm::ArrayRef<int64_t> shape);
  Value *constant(llvm::ArrayRef<int64_t> values, bool scalar = false) {
    return builder.constantInts(values, scalar);
  }
  Value *constant(const TensorValue &value) {
    return builder.constant(value.toConstant(context));
  }
  CaseOperand &edit(Value *value) { return operands[value]; }

  NamedAttr attr(llvm::StringRef name, int64_t value);
  NamedAttr attr(llvm::StringRef name, llvm::StringRef value);
  NamedAttr attr(llvm::StringRef name, const char *value) {
    return attr(name, llvm::StringRef(value));
  }
  NamedAttr attr(llvm::StringRef name, double value);
  NamedAttr attr(llvm::StringRef name, llvm::ArrayRef<int64_t> value);
  NamedAttr attr(llvm::StringRef name, const TensorValue &value);
  /// Null where types can't be inferred.
  Operation *make(llvm::ArrayRef<Value *> values,
                  llvm::ArrayRef<NamedAttr> attrs = {}, int numResults = -1);

private:
  Value *argument(CaseOperand operand);

  Context &context;
  std::unique_ptr<Module> module;
  Builder builder;
  std::minstd_rand random;
  llvm::StringRef name;
  Operation *op = nullptr;
  mutable llvm::DenseMap<Value *, CaseOperand> operands;
};

/// Makes an operation of the case's name; null where its parameters don't fit.
using CaseGenerator = Operation *(*)(OperatorCase &);

void addComputingCases(llvm::StringMap<CaseGenerator> &table);
void addModelCases(llvm::StringMap<CaseGenerator> &table);
void addMovingCases(llvm::StringMap<CaseGenerator> &table);

} // namespace onnc

#endif // ONNC_UNITTESTS_INTERP_OPERATORCASES_H
