//===- Shape.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that move elements, and reductions: over the years, what says
/// which elements (axes, shapes, pads) turned from attributes into inputs.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

static Error moveAxes(NodeForm &node) {
  return moveIntsToInput(node, "axes", 1);
}

static Error moveRequiredAxes(NodeForm &node) {
  if (!node.getAttr("axes"))
    return refuse("it lacks the attribute 'axes'");
  return moveAxes(node);
}

/// Pad-2: pads and value are attributes.
static Error upgradePad(NodeForm &node) {
  if (!node.getAttr("pads"))
    return refuse("it lacks the attribute 'pads'");
  if (Error e = moveIntsToInput(node, "pads", 1))
    return e;
  auto value = dyn_cast_or_null<FloatAttr>(node.getAttr("value"));
  node.removeAttr("value");
  if (!value || value.getValue() == 0.0)
    return Error::success();
  Value *scalar = node.addConstant(
      ConstantAttr::getFloats(node.builder.getContext(),
                              {static_cast<float>(value.getValue())}, true),
      "value");
  auto converted = node.add("onnx.CastLike", {scalar, node.getInput(0)}, {},
                            "constant_value");
  if (!converted)
    return converted.takeError();
  node.setInput(2, *converted);
  return Error::success();
}

/// Slice-1: starts, ends and axes are attributes.
static Error upgradeSlice(NodeForm &node) {
  if (!node.getAttr("starts") || !node.getAttr("ends"))
    return refuse("it lacks the attribute 'starts' or 'ends'");
  for (auto [input, attr] :
       {std::pair(1u, "starts"), std::pair(2u, "ends"), std::pair(3u, "axes")})
    if (Error e = moveIntsToInput(node, attr, input))
      return e;
  return Error::success();
}

static Error moveSplit(NodeForm &node) {
  return moveIntsToInput(node, "split", 1);
}

/// Split-18 wants the number of parts spelled out.
static Error addNumOutputs(NodeForm &node) {
  if (!node.getInput(1))
    node.setAttr("num_outputs", IntAttr::get(node.outputs.size()));
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getShapeSteps() {
  static constexpr UpgradeStep steps[] = {
      {"Pad", 11, upgradePad},           {"ReduceL1", 18, moveAxes},
      {"ReduceL2", 18, moveAxes},        {"ReduceLogSum", 18, moveAxes},
      {"ReduceLogSumExp", 18, moveAxes}, {"ReduceMax", 18, moveAxes},
      {"ReduceMean", 18, moveAxes},      {"ReduceMin", 18, moveAxes},
      {"ReduceProd", 18, moveAxes},      {"ReduceSum", 13, moveAxes},
      {"ReduceSumSquare", 18, moveAxes}, {"Slice", 10, upgradeSlice},
      {"Split", 13, moveSplit},          {"Split", 18, addNumOutputs},
      {"Squeeze", 13, moveAxes},         {"Unsqueeze", 13, moveRequiredAxes},
  };
  return steps;
}
