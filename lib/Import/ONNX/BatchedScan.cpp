//===- BatchedScan.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Scan-8 runs its body over a batch: its operands have the instances as
/// dimension 0 and the sequence as dimension 1. It becomes a Scan over the
/// instances whose body is the Scan that the newest operator set knows.
///
/// Sequences of different lengths become a scanned mask: behind the end of its
/// sequence an instance keeps its states. What is scanned out there has no
/// meaning in Scan-8.
///
//===----------------------------------------------------------------------===//

#include "Capture.h"
#include "ImportError.h"
#include "ModelImporter.h"
#include "Upgrade/Upgrade.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// For each step of \p sequence, whether it is one of the first \p length.
static Value *makeMask(Builder &builder, Value *sequence, Value *length) {
  Context &context = builder.getContext();
  auto add = [&](StringRef name, ArrayRef<Value *> operands,
                 ArrayRef<NamedAttr> attrs = {}) {
    Operation *op = builder.createInferred(name, operands, attrs);
    return op ? op->getResult() : nullptr;
  };
  Value *size =
      add("onnx.Shape", {sequence}, {{context.intern("end"), IntAttr::get(1)}});
  Value *steps =
      size ? add("onnx.Squeeze", {size, builder.constantInts({0})}) : nullptr;
  Value *positions =
      steps ? add("onnx.Range",
                  {builder.constantInts({0}, /*scalar=*/true), steps,
                   builder.constantInts({1}, /*scalar=*/true)})
            : nullptr;
  return positions ? add("onnx.Less", {positions, length}) : nullptr;
}

/// A Scan in place of \p scan, whose first \p numStates states stay as they are
/// where \p mask, which is scanned, too, is false. Null after an error.
static Operation *maskStates(Builder &builder, Operation *scan,
                             unsigned numStates, unsigned numInputs,
                             Value *mask) {
  Context &context = builder.getContext();
  SmallVector<Value *, 6> operands(scan->getOperands());
  operands.insert(operands.begin() + numInputs, mask);
  SmallVector<NamedAttr, 4> attrs(scan->getAttrs());
  for (NamedAttr &attr : attrs)
    if (attr.name == "num_scan_inputs")
      attr.value = IntAttr::get(numInputs - numStates + 1);
  Operation *masked = builder.create(scan->getInfo(), operands,
                                     scan->getResultTypes(), attrs, 1);
  Region &body = masked->getRegion();
  SmallVector<Value *, 6> arguments;
  Value *goesOn = nullptr;
  for (auto [i, argument] : enumerate(scan->getRegion().getArguments())) {
    if (i == numInputs)
      goesOn = body.addArgument(
          TensorType::get(context, ElementType::Bool, ArrayRef<int64_t>()));
    arguments.push_back(
        body.addArgument(argument->getType(), argument->getName()));
  }
  if (!goesOn)
    goesOn = body.addArgument(
        TensorType::get(context, ElementType::Bool, ArrayRef<int64_t>()));
  Builder inner(context);
  inner.setLoc(builder.getLoc());
  inner.setInsertionPointToEnd(body);
  Operation *end = inner.createReturn({});
  inner.setInsertionPoint(end);
  SmallVector<Value *, 4> results =
      scan->getRegion().inlineBefore(end, arguments);
  for (unsigned i = 0; i < numStates; ++i) {
    Operation *kept =
        inner.createInferred("onnx.Where", {goesOn, results[i], arguments[i]});
    if (!kept)
      return nullptr;
    results[i] = kept->getResult();
  }
  end->setOperands(results);
  scan->erase();
  return masked;
}

LogicalResult ModelImporter::importBatchedScan(const onnx::NodeProto &node,
                                               const OpInfo &info,
                                               ArrayRef<Value *> inputs,
                                               const onnx::GraphProto &body,
                                               ArrayRef<NamedAttr> attributes,
                                               Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  Value *lengths = inputs.empty() ? nullptr : inputs[0];
  NodeForm form(builder, "Scan",
                scope.prefix +
                    (node.output_size() ? node.output(0) : node.op_type()));
  form.attributes.assign(attributes.begin(), attributes.end());
  if (!inputs.empty())
    form.inputs.assign(inputs.begin() + 1, inputs.end());
  const int64_t numInputs = form.inputs.size();
  const int64_t scanned = form.getInt("num_scan_inputs", 0);
  const Attribute directions = form.getAttr("directions");
  if (scanned < 1 || scanned > numInputs || is_contained(form.inputs, nullptr))
    return error(DiagID::ImportMalformed, loc)
           << "Scan has " << numInputs
           << " inputs behind the lengths and 'num_scan_inputs' is " << scanned;
  if (auto ways = form.getInts("directions");
      lengths && ways && is_contained(*ways, 1))
    return rejectNode(
        node, "Scan-8 with lengths of sequences that are read backwards", scope,
        loc);
  if (lengths)
    form.inputs.insert(form.inputs.begin(), lengths);
  // Of the outer Scan, which slices all of them.
  const int64_t numSliced = form.inputs.size();

  SetVector<StringRef> captures;
  collectCaptures(body, captures);
  form.attributes.clear();
  form.setAttr("num_scan_inputs", IntAttr::get(numSliced));
  if (failed(addCaptures(form, info, captures.getArrayRef(), scope)))
    return failure();
  const SmallVector<Type, 2> none(node.output_size(), NoneType::get(context));
  Operation *outer =
      builder.create(info, form.inputs, none, form.attributes, 1);

  Region &region = outer->getRegion();
  SmallVector<Value *, 4> arguments;
  for (auto [i, input] : enumerate(form.inputs)) {
    Type type = input->getType();
    if (auto tensor = dyn_cast<TensorType>(type);
        tensor && int64_t(i) < numSliced)
      type = TensorType::getUnranked(context, tensor.getElementType());
    arguments.push_back(
        region.addArgument(type, form.name + ".instance" + std::to_string(i)));
  }
  Builder inner(context);
  inner.setInsertionPointToEnd(region);
  inner.setLoc(builder.getLoc());
  form.setAttr("num_scan_inputs", IntAttr::get(scanned));
  if (directions)
    form.setAttr("scan_input_directions", directions);
  Operation *scan =
      inner.create(info, ArrayRef(arguments).drop_front(lengths ? 1 : 0), none,
                   form.attributes, 1);
  if (failed(importBody(scan, 0, body, captures.getArrayRef(), scope)))
    return failure();
  if (!scan->getRegion().getTerminator())
    return poison(node, scope, loc);
  if (lengths) {
    const int64_t numStates = numInputs - scanned;
    inner.setInsertionPoint(scan);
    Value *mask = makeMask(inner, arguments[1 + numStates], arguments[0]);
    scan = mask ? maskStates(inner, scan, numStates, numInputs, mask) : nullptr;
    if (!scan)
      return failure();
    inner.setInsertionPointToEnd(region);
  }
  inner.createReturn(SmallVector<Value *, 4>(scan->getResults()));
  return importResults(node, outer, form, scope);
}
