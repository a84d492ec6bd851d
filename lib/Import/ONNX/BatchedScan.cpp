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
//===----------------------------------------------------------------------===//

#include "Capture.h"
#include "ImportError.h"
#include "ModelImporter.h"
#include "Upgrade/Upgrade.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

LogicalResult ModelImporter::importBatchedScan(const onnx::NodeProto &node,
                                               const OpInfo &info,
                                               ArrayRef<Value *> inputs,
                                               const onnx::GraphProto &body,
                                               ArrayRef<NamedAttr> attributes,
                                               Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  if (!inputs.empty() && inputs[0])
    return rejectNode(node, "Scan-8 with sequences of different lengths", scope,
                      loc);
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

  SetVector<StringRef> captures;
  collectCaptures(body, captures);
  form.attributes.clear();
  form.setAttr("num_scan_inputs", IntAttr::get(numInputs));
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
        tensor && int64_t(i) < numInputs)
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
  Operation *scan = inner.create(info, arguments, none, form.attributes, 1);
  if (failed(importBody(scan, 0, body, captures.getArrayRef(), scope)))
    return failure();
  if (!scan->getRegion().getTerminator())
    return poison(node, scope, loc);
  inner.createReturn(SmallVector<Value *, 4>(scan->getResults()));
  return importResults(node, outer, form, scope);
}
