//===- Operation.h - Operations ---------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// An operation: an operator (OpInfo), operands, results, attributes, regions,
/// a location. Operations live in the ordered list of a region, which owns
/// them. Regions are closed: an operation in a region uses only values of that
/// region; what a body needs from outside is an operand of the operation that
/// owns the region, and an argument of the region.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPERATION_H
#define ONNC_IR_OPERATION_H

#include "onnc/IR/Attributes.h"
#include "onnc/IR/Location.h"
#include "onnc/IR/OpInfo.h"
#include "onnc/IR/Region.h"
#include "onnc/IR/Value.h"
#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/ilist_node.h"
#include <memory>

namespace onnc {

class Context;
class Graph;
class Module;
class ValueMap;

class Operation : public llvm::ilist_node<Operation> {
public:
  /// A new operation outside any region; the caller owns it until it is
  /// inserted. Null operands stand for absent optional ones. Attributes are
  /// sorted; a name that stands twice keeps the last.
  static Operation *create(Context &context, Location loc, const OpInfo &info,
                           llvm::ArrayRef<Value *> operands,
                           llvm::ArrayRef<Type> resultTypes,
                           llvm::ArrayRef<NamedAttr> attributes = {},
                           unsigned numRegions = 0);
  Operation(const Operation &) = delete;
  Operation &operator=(const Operation &) = delete;
  /// An operation may die only when nothing uses its results.
  ~Operation();

  Context &getContext() const { return context; }
  const OpInfo &getInfo() const { return *info; }
  llvm::StringRef getName() const { return info->name; }
  bool hasTrait(uint32_t trait) const { return info->hasTrait(trait); }
  Location getLoc() const { return loc; }
  void setLoc(Location l) { loc = l; }

  // Operands ------------------------------------------------------------------
  unsigned getNumOperands() const { return operands.size(); }
  /// Null where an optional operand is absent or \p i is past the end.
  Value *getOperand(unsigned i) const {
    return i < operands.size() ? operands[i].get() : nullptr;
  }
  void setOperand(unsigned i, Value *value) { operands[i].set(value); }
  llvm::MutableArrayRef<Use> getOperandUses() { return operands; }
  llvm::SmallVector<Value *, 4> getOperands() const;
  void setOperands(llvm::ArrayRef<Value *> values);
  void addOperand(Value *value) { operands.emplace_back(this, value); }
  void eraseOperand(unsigned i) { operands.erase(operands.begin() + i); }
  /// The values of the declared operand \p i (OpInfo::operands): empty or one
  /// for an optional one, any number for the variadic one.
  llvm::SmallVector<Value *, 4> getOperandGroup(unsigned i) const;

  // Results -------------------------------------------------------------------
  unsigned getNumResults() const { return results.size(); }
  Value *getResult(unsigned i = 0) const { return results[i].get(); }
  auto getResults() const {
    return llvm::map_range(results, [](auto &r) { return r.get(); });
  }
  llvm::SmallVector<Type, 2> getResultTypes() const;
  Value *addResult(Type type);
  bool hasUses() const;

  // Attributes, sorted by name ------------------------------------------------
  llvm::ArrayRef<NamedAttr> getAttrs() const { return attributes; }
  /// The attribute as it stands on the operation; null if it isn't there.
  Attribute getAttr(llvm::StringRef name) const;
  /// Replaces it, or removes it where \p value is null.
  void setAttr(llvm::StringRef name, Attribute value);
  void removeAttr(llvm::StringRef name) { setAttr(name, Attribute()); }
  bool hasAttr(llvm::StringRef name) const { return bool(getAttr(name)); }
  template <typename T> T getAttrOfType(llvm::StringRef name) const {
    Attribute a = getAttr(name);
    return a ? llvm::dyn_cast<T>(a) : T();
  }
  /// Values with a fallback for an absent attribute (or one of another kind).
  int64_t getInt(llvm::StringRef name, int64_t fallback) const;
  double getFloat(llvm::StringRef name, double fallback) const;
  llvm::StringRef getString(llvm::StringRef name,
                            llvm::StringRef fallback = {}) const;
  llvm::SmallVector<int64_t, 6>
  getInts(llvm::StringRef name, llvm::ArrayRef<int64_t> fallback = {}) const;
  llvm::SmallVector<double, 6> getFloats(llvm::StringRef name) const;

  // Regions -------------------------------------------------------------------
  unsigned getNumRegions() const { return regions.size(); }
  Region &getRegion(unsigned i = 0) const { return *regions[i]; }
  Region &addRegion() {
    return *regions.emplace_back(std::make_unique<Region>(this));
  }

  // Place ---------------------------------------------------------------------
  Region *getParentRegion() const { return parent; }
  /// The operation whose region this one stands in; null at the top of a graph.
  Operation *getParentOp() const;
  Graph *getParentGraph() const;
  Module *getParentModule() const;
  Operation *getNextOp() const;
  Operation *getPrevOp() const;
  /// Both in the same region. Constant time on average: order numbers are
  /// renewed lazily.
  bool isBefore(const Operation *other) const;

  void insertBefore(Operation *other);
  void insertAfter(Operation *other);
  void moveBefore(Operation *other);
  void moveAfter(Operation *other);
  /// Takes it out of its region; the caller owns it.
  Operation *remove();
  /// Removes and destroys it. Nothing may use its results.
  void erase();
  /// Lets uses of results refer to \p values, pairwise (names move where the
  /// new value has none), then erases.
  void replaceWith(llvm::ArrayRef<Value *> values);
  void replaceWith(Operation *other);

  /// A deep copy, not inserted. Operands are looked up in \p map (a value that
  /// it doesn't hold maps to itself), results are added to it.
  Operation *clone(ValueMap &map) const;

  /// Calls \p fn on this operation and all nested ones, owners first.
  void walk(llvm::function_ref<void(Operation *)> fn);

  // Diagnostics ---------------------------------------------------------------
  /// "'onnx.Conv' …" at the operation's location.
  InFlightDiagnostic emitError(DiagID id = DiagID::VerifyIR) const;

  void print(llvm::raw_ostream &os) const;
  void dump() const;

private:
  friend class Region;
  Operation(Context &context, Location loc, const OpInfo &info);

  Context &context;
  const OpInfo *info;
  Location loc;
  Region *parent = nullptr;
  mutable unsigned order = 0;
  llvm::SmallVector<Use, 3> operands;
  llvm::SmallVector<std::unique_ptr<Value>, 1> results;
  llvm::SmallVector<NamedAttr, 2> attributes;
  llvm::SmallVector<std::unique_ptr<Region>, 0> regions;
};

} // namespace onnc

#endif // ONNC_IR_OPERATION_H
