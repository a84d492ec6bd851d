//===- BodyImporter.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportError.h"
#include "ModelImporter.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// The type of a body's argument that the model doesn't declare, from the
/// operand at the same place: bodies of Loop and Scan have an argument for each
/// operand. Shapes may change from iteration to iteration.
static Type guessArgumentType(Operation *op, unsigned index) {
  Context &context = op->getContext();
  if (op->getName() == "onnx.Loop" && index < 2)
    return TensorType::get(context,
                           index == 0 ? ElementType::I64 : ElementType::Bool,
                           ArrayRef<int64_t>());
  Value *operand = op->getOperand(index);
  if (!operand)
    return Type();
  Type type = operand->getType();
  if (auto sequence = dyn_cast<SequenceType>(type);
      sequence && op->getName() == "onnx.SequenceMap")
    return sequence.getElementType();
  if (auto tensor = dyn_cast<TensorType>(type))
    return TensorType::getUnranked(context, tensor.getElementType());
  return type;
}

/// Adds an argument for each captured value of the graph around the body.
static Value *addCapture(Context &context, Region &region, StringRef name,
                         const Scope &outer, StringRef prefix) {
  Value *value = outer.names.lookup(name).value;
  return region.addArgument(value ? value->getType() : NoneType::get(context),
                            (prefix + name).str());
}

LogicalResult ModelImporter::createIdentityBody(Operation *op, unsigned index,
                                                ArrayRef<StringRef> captures,
                                                const Scope &outer) {
  Region &region = op->getRegion(index);
  StringRef name = op->getInfo().regions[index];
  Value *argument =
      region.addArgument(NoneType::get(context), outer.prefix + name.str());
  for (StringRef capture : captures)
    addCapture(context, region, capture, outer,
               outer.prefix + name.str() + ".");
  Builder builder(context);
  builder.setInsertionPointToEnd(region);
  builder.setLoc(op->getLoc());
  builder.createReturn({argument});
  return success();
}

LogicalResult ModelImporter::importBody(Operation *op, unsigned index,
                                        const onnx::GraphProto &proto,
                                        ArrayRef<StringRef> captures,
                                        const Scope &outer) {
  Region &region = op->getRegion(index);
  Scope scope = outer.makeNested();
  DiagLocation loc = op->getLoc().toDiag();
  if (failed(checkDepth(outer, loc)))
    return failure();
  for (const auto &[i, input] : enumerate(proto.input())) {
    Expected<Type> type = types.read(input.type());
    if (!type)
      return report(context.getDiagnostics(), loc, type.takeError());
    if (!*type)
      type = guessArgumentType(op, i);
    if (!*type)
      return error(DiagID::ImportMalformed, loc)
             << "the type of the body's input '" << input.name()
             << "' is neither declared nor known";
    Value *argument = region.addArgument(*type, scope.prefix + input.name());
    if (failed(define(scope, input.name(), {argument}, "an input of the body")))
      return failure();
  }
  for (StringRef name : captures) {
    Value *argument = addCapture(context, region, name, outer, scope.prefix);
    // A local definition of a name that the other branch captures wins.
    scope.names.try_emplace(name, Binding{argument, false});
    scope.definers.try_emplace(name, "the graph around it");
  }
  // The other branch may capture a name that this one defines.
  StringSet<> local;
  for (const auto &node : proto.node())
    for (const std::string &output : node.output())
      local.insert(output);
  for (const auto &tensor : proto.initializer())
    local.insert(tensor.name());
  for (StringRef name : captures)
    if (local.contains(name))
      scope.names.erase(name);

  for (const auto &info : proto.value_info())
    scope.declared[info.name()] = &info;
  for (const auto &output : proto.output()) {
    scope.declared[output.name()] = &output;
    scope.used.insert(output.name());
  }

  Builder builder(context);
  builder.setInsertionPointToEnd(region);
  if (failed(importConstants(proto, scope, builder)) ||
      failed(importNodes(proto.node(), scope, builder)))
    return failure();
  SmallVector<Value *> outputs;
  bool poisoned = false;
  if (failed(importOutputs(proto, scope, outputs, poisoned)))
    return failure();
  if (poisoned)
    return success();
  builder.setLoc(op->getLoc());
  builder.createReturn(outputs);
  return success();
}
