//===- Value.h - SSA values and their uses ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A value is the result of an operation or an argument of a region. It knows
/// its type, its optional name (for printing, and to speak of it to the user)
/// and all its uses. Values are owned by the operation or region that defines
/// them.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_VALUE_H
#define ONNC_IR_VALUE_H

#include "onnc/IR/Types.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/iterator_range.h"
#include <iterator>
#include <string>

namespace onnc {

class Operation;
class Region;
class Value;

/// One operand slot of an operation; a node in the list of its value's uses.
/// The slot is empty (null value) where an optional operand is absent.
class Use {
public:
  Use(Operation *owner, Value *value) : owner(owner) { link(value); }
  Use(Use &&other) noexcept : owner(other.owner) {
    Value *value = other.val;
    other.unlink();
    link(value);
  }
  Use &operator=(Use &&other) noexcept {
    if (this != &other) {
      Value *value = other.val;
      other.unlink();
      set(value);
      owner = other.owner;
    }
    return *this;
  }
  ~Use() { unlink(); }

  Value *get() const { return val; }
  void set(Value *value) {
    unlink();
    link(value);
  }
  Operation *getOwner() const { return owner; }
  /// The position among the owner's operands.
  unsigned getIndex() const;
  Use *getNext() const { return next; }

private:
  void link(Value *value);
  void unlink();

  Operation *owner;
  Value *val = nullptr;
  Use *next = nullptr;
  Use **prev = nullptr;
};

class Value {
public:
  Value(Type type, Operation *definingOp, unsigned index)
      : type(type), op(definingOp), index(index) {}
  Value(Type type, Region *region, unsigned index)
      : type(type), region(region), index(index), isArg(true) {}
  Value(const Value &) = delete;
  Value &operator=(const Value &) = delete;
  /// A value may die only when nothing uses it.
  ~Value();

  Type getType() const { return type; }
  void setType(Type t) { type = t; }
  /// The type as a tensor; null where it isn't one.
  TensorType getTensorType() const { return llvm::dyn_cast<TensorType>(type); }

  /// The name, without the '%'; may be empty.
  llvm::StringRef getName() const { return name; }
  void setName(llvm::StringRef n) { name = n.str(); }

  bool isArgument() const { return isArg; }
  /// The operation whose result this is; null for an argument.
  Operation *getDefiningOp() const { return isArg ? nullptr : op; }
  /// The region whose argument this is; null for a result.
  Region *getArgumentOf() const { return isArg ? region : nullptr; }
  /// The position among the results or arguments.
  unsigned getIndex() const { return index; }
  /// The region in which the value can be used.
  Region *getParentRegion() const;

  class use_iterator {
  public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Use;
    using difference_type = std::ptrdiff_t;
    using pointer = Use *;
    using reference = Use &;
    explicit use_iterator(Use *use = nullptr) : use(use) {}
    Use &operator*() const { return *use; }
    Use *operator->() const { return use; }
    use_iterator &operator++() {
      use = use->getNext();
      return *this;
    }
    bool operator==(const use_iterator &) const = default;

  private:
    Use *use;
  };
  /// In no particular order: sort by position before output depends on it.
  llvm::iterator_range<use_iterator> getUses() const {
    return {use_iterator(firstUse), use_iterator()};
  }
  bool hasUses() const { return firstUse != nullptr; }
  bool hasOneUse() const { return firstUse && !firstUse->getNext(); }
  unsigned getNumUses() const;

  /// Lets every use refer to \p other (which may not be this).
  void replaceAllUsesWith(Value *other);
  /// The same for the uses that \p filter accepts.
  void replaceUsesWithIf(Value *other, llvm::function_ref<bool(Use &)> filter);

private:
  friend class Use;
  friend class Operation;
  friend class Region;
  Type type;
  union {
    Operation *op;
    Region *region;
  };
  unsigned index;
  bool isArg = false;
  Use *firstUse = nullptr;
  std::string name;
};

} // namespace onnc

#endif // ONNC_IR_VALUE_H
