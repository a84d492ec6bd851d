//===- Verifier.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The invariants of a well-formed module:
///
///  1. Every region of a graph or an operation ends in a terminator, and no
///     other operation is one.
///  2. Every operand is absent, an argument of its region, or a result of an
///     operation before it in its region (regions are closed).
///  3. An operation has as many operands and results as its record declares;
///     only declared optional ones are absent.
///  4. The element types of operands and results are among the declared ones,
///     and those of one type variable are equal.
///  5. Required attributes are there; every attribute is of its declared kind;
///     undeclared ones are allowed only where the record says so, or with a
///     name that starts with "onnc." (facts that passes attach).
///  6. An operation has as many regions as its record declares.
///  7. What the record's own verifier demands.
///  8. A graph names each output, and no output is absent.
///  9. Inputs of a graph have non-empty, distinct names, and so have outputs.
/// 10. A constant's data has the size of its type (by construction), and an
///     operation that is ConstantLike has no operands.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Verifier.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace onnc;

namespace {
class Verifier {
public:
  LogicalResult run(Module &module);

private:
  void verifyGraph(Graph &graph);
  void verifyRegion(Region &region, const Twine &owner, DiagLocation loc);
  void verifyOperation(Operation &op);
  void verifyValues(Operation &op, ArrayRef<ValueInfo> infos, bool results);
  void verifyType(Operation &op, const ValueInfo &info, Type type,
                  StringRef what, unsigned index);
  void verifyAttrs(Operation &op);

  InFlightDiagnostic error(Operation &op) {
    ok = false;
    return op.emitError();
  }

  bool ok = true;
  Context *context = nullptr;
  /// What may be used at the current operation, of the current region.
  DenseSet<const Value *> defined;
  /// Element types of the current operation's type variables.
  StringMap<ElementType> typeVars;
};
} // namespace

static StringRef kindName(AttrKind kind) {
  static constexpr const char *names[] = {
      "unit",  "bool",   "int",      "float",  "string",
      "type",  "symbol", "ints",     "floats", "strings",
      "array", "dict",   "constant", "affine", "box"};
  return names[static_cast<unsigned>(kind)];
}

void Verifier::verifyType(Operation &op, const ValueInfo &info, Type type,
                          StringRef what, unsigned index) {
  if (info.elementTypes == ~0ull)
    return;
  Type inner = type;
  while (inner.getKind() == TypeKind::Sequence ||
         inner.getKind() == TypeKind::Optional)
    inner = isa<SequenceType>(inner)
                ? cast<SequenceType>(inner).getElementType()
                : cast<OptionalType>(inner).getElementType();
  auto tensor = dyn_cast<TensorType>(inner);
  if (!tensor) {
    error(op) << what << " " << index << " ('" << info.name
              << "') must be a tensor, not " << type;
    return;
  }
  ElementType element = tensor.getElementType();
  if (!(info.elementTypes >> static_cast<unsigned>(element) & 1)) {
    error(op) << what << " " << index << " ('" << info.name
              << "') can't have the element type " << getName(element);
    return;
  }
  if (info.typeVar.empty())
    return;
  auto [it, isNew] = typeVars.try_emplace(info.typeVar, element);
  if (!isNew && it->second != element)
    error(op) << what << " " << index << " ('" << info.name
              << "') has the element type " << getName(element)
              << " where others of type variable " << info.typeVar << " have "
              << getName(it->second);
}

void Verifier::verifyValues(Operation &op, ArrayRef<ValueInfo> infos,
                            bool results) {
  StringRef what = results ? "result" : "operand";
  unsigned count = results ? op.getNumResults() : op.getNumOperands();
  bool variadic = !infos.empty() && infos.back().arity == Arity::Variadic;
  if (count > infos.size() && !variadic) {
    error(op) << "has " << count << " " << what << "s, " << infos.size()
              << " at most";
    return;
  }
  for (unsigned i = 0; i < std::max<size_t>(count, infos.size()); ++i) {
    const ValueInfo &info = infos[std::min<size_t>(i, infos.size() - 1)];
    Type type;
    if (i < count && results)
      type = op.getResult(i)->getType();
    else if (i < count && op.getOperand(i))
      type = op.getOperand(i)->getType();
    if (type) {
      // A result that nobody wants may be of type none.
      if (!(results && type.isNone() && info.arity != Arity::One))
        verifyType(op, info, type, what, i);
    } else if (info.arity == Arity::One) {
      error(op) << "lacks " << what << " " << i << " ('" << info.name << "')";
    }
  }
}

void Verifier::verifyAttrs(Operation &op) {
  const OpInfo &info = op.getInfo();
  for (const AttrInfo &attr : info.attributes)
    if (attr.required && !op.hasAttr(attr.name))
      error(op) << "lacks the attribute '" << attr.name << "'";
  for (const NamedAttr &attr : op.getAttrs()) {
    const AttrInfo *declared = info.findAttr(attr.name);
    if (!declared) {
      if (!info.openAttributes && !attr.name.starts_with("onnc."))
        error(op) << "has no attribute '" << attr.name << "'";
      continue;
    }
    AttrKind kind = attr.value.getKind();
    bool emptyList = kind == AttrKind::Array &&
                     cast<ArrayAttr>(attr.value).getValue().empty();
    bool list = declared->kind == AttrKind::Ints ||
                declared->kind == AttrKind::Floats ||
                declared->kind == AttrKind::Strings;
    if (kind != declared->kind && !(emptyList && list))
      error(op) << "attribute '" << attr.name << "' must be of kind "
                << kindName(declared->kind) << ", not " << kindName(kind);
  }
}

void Verifier::verifyOperation(Operation &op) {
  for (const Use &use : op.getOperandUses())
    if (use.get() && !defined.contains(use.get()))
      error(op) << "uses operand " << use.getIndex()
                << ", which isn't defined before it in its region";
  bool before = ok;
  ok = true;
  typeVars.clear();
  verifyValues(op, op.getInfo().operands, /*results=*/false);
  verifyValues(op, op.getInfo().results, /*results=*/true);
  verifyAttrs(op);
  if (op.getNumRegions() != op.getInfo().regions.size())
    error(op) << "has " << op.getNumRegions() << " regions, not "
              << op.getInfo().regions.size();
  if (op.hasTrait(OpTrait::ConstantLike) && op.getNumOperands())
    error(op) << "is a constant, so it can't have operands";
  // The record's own verifier may rely on all of the above, and on what defines
  // the operands.
  if (ok && before && op.getInfo().verify && failed(op.getInfo().verify(&op)))
    ok = false;
  ok &= before;
}

void Verifier::verifyRegion(Region &region, const Twine &owner,
                            DiagLocation loc) {
  // A closed region sees nothing of what is around it; an open one all of it,
  // and leaves nothing behind.
  Operation *parent = region.getParentOp();
  bool open = parent && parent->hasTrait(OpTrait::Transparent);
  DenseSet<const Value *> outer;
  if (open)
    outer = defined;
  else
    std::swap(outer, defined);
  for (Value *argument : region.getArguments())
    defined.insert(argument);
  for (Operation &op : region.getOps()) {
    verifyOperation(op);
    if (op.hasTrait(OpTrait::Terminator) && op.getNextOp())
      error(op) << "ends its region, but stands before its end";
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      verifyRegion(op.getRegion(i),
                   "region " + Twine(i) + " of '" + op.getName() + "'",
                   op.getLoc().toDiag());
    for (Value *result : op.getResults())
      defined.insert(result);
  }
  if (!region.getTerminator()) {
    ok = false;
    context->getDiagnostics().error(DiagID::VerifyIR, std::move(loc))
        << owner << " doesn't end in a terminator ('return')";
  }
  std::swap(outer, defined);
}

void Verifier::verifyGraph(Graph &graph) {
  verifyRegion(graph.getBody(), "graph '@" + graph.getName() + "'", {});
  auto graphError = [&] {
    ok = false;
    auto diag = context->getDiagnostics().error(DiagID::VerifyIR);
    diag << "graph '@" << graph.getName() << "' ";
    return diag;
  };
  StringSet<> names;
  for (Value *input : graph.getBody().getArguments()) {
    if (input->getName().empty())
      graphError() << "has an input without a name";
    else if (!names.insert(input->getName()).second)
      graphError() << "has two inputs named '" << input->getName() << "'";
  }
  Operation *end = graph.getBody().getTerminator();
  if (!end)
    return;
  if (graph.getOutputNames().size() != end->getNumOperands())
    graphError() << "names " << graph.getOutputNames().size()
                 << " outputs, but returns " << end->getNumOperands();
  StringSet<> outputs;
  for (const std::string &name : graph.getOutputNames()) {
    if (name.empty())
      graphError() << "has an output without a name";
    else if (!outputs.insert(name).second)
      graphError() << "has two outputs named '" << name << "'";
  }
  for (Value *output : end->getOperands())
    if (!output)
      graphError() << "returns an absent value";
}

LogicalResult Verifier::run(Module &module) {
  context = &module.getContext();
  for (auto &graph : module.getGraphs())
    verifyGraph(*graph);
  return success(ok);
}

LogicalResult onnc::verify(Module &module) { return Verifier().run(module); }
