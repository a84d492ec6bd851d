//===- EliminateCommonSubexpressions.cpp ----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Transforms/Passes.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/Hashing.h"

using namespace llvm;
using namespace onnc;

namespace {

struct EliminateCommonSubexpressions : EliminateCommonSubexpressionsBase {
  PassResult run(Module &module, PassContext &context) const override;
};

} // namespace

/// Two operands that may be swapped without changing a bit of the result.
static bool hasSwappableOperands(const Operation &op) {
  return op.hasTrait(OpTrait::Commutative) && op.getNumOperands() == 2;
}

/// Operands in an order that equal operations share.
static SmallVector<Value *, 4> getOrderedOperands(const Operation &op) {
  SmallVector<Value *, 4> operands = op.getOperands();
  if (hasSwappableOperands(op) && std::less<>()(operands[1], operands[0]))
    std::swap(operands[0], operands[1]);
  return operands;
}

/// Tells weights apart without reading all of them.
static hash_code hashConstant(const ConstantData &data) {
  constexpr size_t sample = 64;
  ArrayRef<char> bytes = data.getBytes();
  if (bytes.size() <= 2 * sample)
    return hash_combine_range(bytes.begin(), bytes.end());
  ArrayRef<char> head = bytes.take_front(sample);
  ArrayRef<char> tail = bytes.take_back(sample);
  return hash_combine(bytes.size(),
                      hash_combine_range(head.begin(), head.end()),
                      hash_combine_range(tail.begin(), tail.end()));
}

static hash_code hashAttr(const Attribute &attr) {
  if (auto value = dyn_cast<IntAttr>(attr))
    return hash_value(value.getValue());
  if (auto value = dyn_cast<StringAttr>(attr))
    return hash_value(value.getValue());
  if (auto value = dyn_cast<IntsAttr>(attr))
    return hash_value(value.getValue());
  if (auto value = dyn_cast<ConstantAttr>(attr))
    return hashConstant(value.getData());
  return hash_value(static_cast<int>(attr.getKind()));
}

namespace {

/// Equality of what operations compute.
struct ComputationInfo : DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *op) {
    hash_code hash = hash_value(&op->getInfo());
    for (Value *operand : getOrderedOperands(*op))
      hash = hash_combine(hash, operand);
    for (const NamedAttr &attr : op->getAttrs())
      hash = hash_combine(hash, attr.name, hashAttr(attr.value));
    for (Type type : op->getResultTypes())
      hash = hash_combine(hash, type);
    return hash;
  }

  static bool isEqual(const Operation *a, const Operation *b) {
    if (a == b)
      return true;
    if (isSpecial(a) || isSpecial(b))
      return false;
    return &a->getInfo() == &b->getInfo() &&
           getOrderedOperands(*a) == getOrderedOperands(*b) &&
           a->getResultTypes() == b->getResultTypes() &&
           a->getAttrs() == b->getAttrs();
  }

private:
  static bool isSpecial(const Operation *op) {
    return op == getEmptyKey() || op == getTombstoneKey();
  }
};

} // namespace

static bool isShareable(const Operation &op) {
  constexpr uint32_t unique =
      OpTrait::Terminator | OpTrait::SideEffect | OpTrait::NonDeterministic;
  return op.getNumRegions() == 0 && !op.hasTrait(unique);
}

/// Bodies are closed, so each region stands for itself. Returns how many
/// operations were replaced.
static unsigned shareComputations(Region &region) {
  unsigned replaced = 0;
  DenseSet<Operation *, ComputationInfo> known;
  for (Operation &op : make_early_inc_range(region.getOps())) {
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      replaced += shareComputations(op.getRegion(i));
    if (!isShareable(op))
      continue;
    auto [first, isNew] = known.insert(&op);
    if (isNew)
      continue;
    op.replaceWith(*first);
    ++replaced;
  }
  return replaced;
}

PassResult EliminateCommonSubexpressions::run(Module &module,
                                              PassContext &context) const {
  unsigned numReplaced = 0;
  for (const std::unique_ptr<Graph> &graph : module.getGraphs())
    numReplaced += shareComputations(graph->getBody());
  context.count(eliminated, numReplaced);
  return PassResult::changedIf(numReplaced != 0);
}

std::unique_ptr<Pass> onnc::createEliminateCommonSubexpressionsPass() {
  return std::make_unique<EliminateCommonSubexpressions>();
}
