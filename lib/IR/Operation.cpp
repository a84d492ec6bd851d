//===- Operation.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Operation.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"

using namespace llvm;
using namespace onnc;

Operation::Operation(Context &context, Location loc, const OpInfo &info)
    : context(context), info(&info), loc(loc) {}

Operation::~Operation() {
  assert(!parent && "an operation dies inside its region");
  for (auto &region : regions)
    region->dropAllReferences();
}

Operation *Operation::create(Context &context, Location loc, const OpInfo &info,
                             ArrayRef<Value *> operands,
                             ArrayRef<Type> resultTypes,
                             ArrayRef<NamedAttr> attributes,
                             unsigned numRegions) {
  auto *op = new Operation(context, loc, info);
  op->setOperands(operands);
  for (Type type : resultTypes)
    op->addResult(type);
  for (const NamedAttr &attr : attributes)
    op->setAttr(attr.name, attr.value);
  for (unsigned i = 0; i < numRegions; ++i)
    op->regions.push_back(std::make_unique<Region>(op));
  return op;
}

//===----------------------------------------------------------------------===//
// Operands and results
//===----------------------------------------------------------------------===//

SmallVector<Value *, 4> Operation::getOperands() const {
  return to_vector<4>(
      map_range(operands, [](const Use &use) { return use.get(); }));
}

void Operation::setOperands(ArrayRef<Value *> values) {
  operands.clear();
  operands.reserve(values.size());
  for (Value *value : values)
    operands.emplace_back(this, value);
}

SmallVector<Value *, 4> Operation::getOperandGroup(unsigned i) const {
  if (i >= info->operands.size())
    return {};
  if (info->operands[i].arity == Arity::Variadic) {
    SmallVector<Value *, 4> out;
    for (unsigned j = i; j < operands.size(); ++j)
      out.push_back(operands[j].get());
    return out;
  }
  if (Value *value = getOperand(i))
    return {value};
  return {};
}

SmallVector<Type, 2> Operation::getResultTypes() const {
  return to_vector<2>(map_range(results, [](auto &r) { return r->getType(); }));
}

Value *Operation::addResult(Type type) {
  results.push_back(std::make_unique<Value>(type, this, results.size()));
  return results.back().get();
}

bool Operation::hasUses() const {
  return any_of(results, [](auto &r) { return r->hasUses(); });
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static auto findAttr(ArrayRef<NamedAttr> attributes, StringRef name) {
  return llvm::lower_bound(
      attributes, name,
      [](const NamedAttr &a, StringRef n) { return a.name < n; });
}

Attribute Operation::getAttr(StringRef name) const {
  auto it = findAttr(attributes, name);
  return it != attributes.end() && it->name == name ? it->value : Attribute();
}

void Operation::setAttr(StringRef name, Attribute value) {
  auto at =
      attributes.begin() + (findAttr(attributes, name) - attributes.begin());
  bool present = at != attributes.end() && at->name == name;
  if (!value) {
    if (present)
      attributes.erase(at);
  } else if (present) {
    at->value = std::move(value);
  } else {
    attributes.insert(at, {context.intern(name), std::move(value)});
  }
}

int64_t Operation::getInt(StringRef name, int64_t fallback) const {
  auto attr = getAttrOfType<IntAttr>(name);
  return attr ? attr.getValue() : fallback;
}

double Operation::getFloat(StringRef name, double fallback) const {
  auto attr = getAttrOfType<FloatAttr>(name);
  return attr ? attr.getValue() : fallback;
}

StringRef Operation::getString(StringRef name, StringRef fallback) const {
  auto attr = getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : fallback;
}

SmallVector<int64_t, 6> Operation::getInts(StringRef name,
                                           ArrayRef<int64_t> fallback) const {
  Attribute attr = getAttr(name);
  if (attr && isa<IntsAttr>(attr))
    return SmallVector<int64_t, 6>(cast<IntsAttr>(attr).getValue());
  // An empty list is an ArrayAttr.
  return attr ? SmallVector<int64_t, 6>() : SmallVector<int64_t, 6>(fallback);
}

SmallVector<double, 6> Operation::getFloats(StringRef name) const {
  if (auto attr = getAttrOfType<FloatsAttr>(name))
    return SmallVector<double, 6>(attr.getValue());
  return {};
}

//===----------------------------------------------------------------------===//
// Place
//===----------------------------------------------------------------------===//

Operation *Operation::getParentOp() const {
  return parent ? parent->getParentOp() : nullptr;
}

Graph *Operation::getParentGraph() const {
  return parent ? parent->getParentGraph() : nullptr;
}

Module *Operation::getParentModule() const {
  Graph *graph = getParentGraph();
  return graph ? &graph->getModule() : nullptr;
}

Operation *Operation::getNextOp() const {
  auto it = std::next(const_cast<Operation *>(this)->getIterator());
  return it == parent->ops.end() ? nullptr : &*it;
}

Operation *Operation::getPrevOp() const {
  auto it = const_cast<Operation *>(this)->getIterator();
  return it == parent->ops.begin() ? nullptr : &*std::prev(it);
}

bool Operation::isBefore(const Operation *other) const {
  assert(parent && parent == other->parent && "not in one region");
  if (!parent->orderValid)
    parent->renumber();
  return order < other->order;
}

void Operation::insertBefore(Operation *other) {
  assert(!parent && "already in a region");
  parent = other->parent;
  parent->ops.insert(other->getIterator(), *this);
  parent->orderValid = false;
}

void Operation::insertAfter(Operation *other) {
  assert(!parent && "already in a region");
  parent = other->parent;
  parent->ops.insert(std::next(other->getIterator()), *this);
  parent->orderValid = false;
}

void Operation::moveBefore(Operation *other) {
  if (other != this)
    remove()->insertBefore(other);
}

void Operation::moveAfter(Operation *other) {
  if (other != this)
    remove()->insertAfter(other);
}

Operation *Operation::remove() {
  assert(parent && "not in a region");
  // The order of what remains stays valid.
  parent->ops.remove(*this);
  parent = nullptr;
  return this;
}

void Operation::erase() {
  assert(!hasUses() && "erasing an operation that is used");
  if (parent)
    remove();
  delete this;
}

void Operation::replaceWith(ArrayRef<Value *> values) {
  assert(values.size() == results.size() && "one value for each result");
  for (auto [result, value] : zip_equal(results, values)) {
    if (!value) {
      assert(!result->hasUses() && "a result that is used needs a value");
      continue;
    }
    if (value->getName().empty())
      value->setName(result->getName());
    result->replaceAllUsesWith(value);
  }
  erase();
}

void Operation::replaceWith(Operation *other) {
  replaceWith(to_vector<4>(other->getResults()));
}

Operation *Operation::clone(ValueMap &map) const {
  SmallVector<Value *, 4> newOperands;
  for (const Use &use : operands)
    newOperands.push_back(use.get() ? map.lookup(use.get()) : nullptr);
  Operation *copy = create(context, loc, *info, newOperands, getResultTypes(),
                           attributes, regions.size());
  for (auto [from, to] : zip_equal(results, copy->results)) {
    to->setName(from->getName());
    map.map(from.get(), to.get());
  }
  for (auto [from, to] : zip_equal(regions, copy->regions))
    from->cloneInto(*to, map);
  return copy;
}

void Operation::walk(function_ref<void(Operation *)> fn) {
  fn(this);
  for (auto &region : regions)
    region->walk(fn);
}

InFlightDiagnostic Operation::emitError(DiagID id) const {
  return context.getDiagnostics().error(id, loc.toDiag())
         << "'" << getName() << "' ";
}

void Operation::dump() const {
  print(errs());
  errs() << '\n';
}
