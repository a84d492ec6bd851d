//===- Sampling.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators that resample images.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// Upsample-7: the scales are an attribute.
static Error upgradeScales(NodeForm &node) {
  auto scales = dyn_cast_or_null<FloatsAttr>(node.getAttr("scales"));
  if (!scales)
    return refuse("Upsample-7 without the attribute 'scales'");
  SmallVector<float, 6> values(scales.getValue().begin(),
                               scales.getValue().end());
  node.setInput(1, node.addConstant(ConstantAttr::getFloats(
                                        node.builder.getContext(), values),
                                    "scales"));
  node.removeAttr("scales");
  return Error::success();
}

/// Upsample-9 is Resize-10 for scales of at least 1.
static Error renameUpsample(NodeForm &node) {
  node.opType = "Resize";
  return Error::success();
}

/// Resize-10 divides coordinates by the scale and rounds down; Resize-11 can do
/// that among other ways.
static Error upgradeResize10(NodeForm &node) {

  Value *scales = node.getInput(1);
  node.setInput(1, nullptr);
  node.setInput(2, scales);
  node.setAttr("coordinate_transformation_mode", StringAttr::get("asymmetric"));
  if (node.getString("mode", "nearest") == "nearest")
    node.setAttr("nearest_mode", StringAttr::get("floor"));
  return Error::success();
}

/// Whether \p value is a constant without elements.
static bool isEmptyConstant(Value *value) {
  Operation *op = value ? value->getDefiningOp() : nullptr;
  auto constant =
      op ? op->getAttrOfType<ConstantAttr>("value") : ConstantAttr();
  return constant && op->hasTrait(OpTrait::ConstantLike) &&
         constant.getType().getNumElements() == 0;
}

/// Resize-11 spelled "absent" as a tensor without elements, as scales and roi
/// weren't optional.
static Error upgradeResize11(NodeForm &node) {
  for (unsigned i : {1u, 2u})
    if (isEmptyConstant(node.getInput(i)))
      node.setInput(i, nullptr);
  return Error::success();
}

/// RoiAlign-10 had no choice of coordinates.
static Error upgradeRoiAlign(NodeForm &node) {
  node.setAttr("coordinate_transformation_mode",
               StringAttr::get("output_half_pixel"));
  return Error::success();
}

/// GridSample-16 named its modes for images.
static Error upgradeGridSample(NodeForm &node) {
  StringRef mode = node.getString("mode", "bilinear");
  if (mode == "bilinear")
    node.setAttr("mode", StringAttr::get("linear"));
  else if (mode == "bicubic")
    node.setAttr("mode", StringAttr::get("cubic"));
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getSamplingSteps() {
  static constexpr UpgradeStep steps[] = {
      {"GridSample", 20, upgradeGridSample},
      {"Resize", 11, upgradeResize10},
      {"Resize", 13, upgradeResize11},
      {"RoiAlign", 16, upgradeRoiAlign},
      {"Upsample", 7, nullptr,
       "Upsample-1, which has separate scales of width and height"},
      {"Upsample", 9, upgradeScales},
      {"Upsample", 10, renameUpsample},
  };
  return steps;
}
