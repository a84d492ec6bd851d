//===- Normalization.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Normalizations, and the operators along an axis that are related to softmax.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// BatchNormalization-7: "spatial" = 0 has moments for each element.
static Error upgradeSpatial(NodeForm &node) {
  if (!node.getInt("spatial", 1))
    return refuse("moments for each element (spatial = 0)");
  node.removeAttr("spatial");
  return Error::success();
}

/// Before BatchNormalization-14, using an output besides Y meant training.
static Error upgradeTraining(NodeForm &node) {
  for (unsigned i = 1; i < node.outputs.size(); ++i)
    if (node.usesOutput(i))
      return refuse("it is in training mode, as output " + Twine(i) +
                    " is used");
  node.outputs.resize(std::min<size_t>(node.outputs.size(), 1));
  return Error::success();
}

/// Softmax-1 and its kin see a matrix: dimensions before the axis by those
/// from it on. Since version 13 they work along the axis alone, which is the
/// same where it is the last.
static Error upgradeSoftmax(NodeForm &node) {
  int64_t axis = node.getInt("axis", 1);
  Value *x = node.getInput(0);
  if (!x)
    return refuse("it has no input");
  if (TensorType type = node.getRankedInput(0)) {
    int64_t rank = type.getRank();
    if (axis < -rank || axis > rank)
      return refuse("axis " + Twine(axis) + " is out of range for rank " +
                    Twine(rank));
    if (axis == rank - 1 || axis == -1) {
      node.setAttr("axis", IntAttr::get(-1));
      return Error::success();
    }
  }
  Context &context = node.builder.getContext();
  auto shape = node.add("onnx.Shape", {x}, {}, "shape");
  if (!shape)
    return shape.takeError();
  auto matrix =
      node.add("onnx.Flatten", {x},
               {{context.intern("axis"), IntAttr::get(axis)}}, "matrix");
  if (!matrix)
    return matrix.takeError();
  node.setInput(0, *matrix);
  node.setAttr("axis", IntAttr::get(-1));
  NodeForm *form = &node;
  node.finish = [form, shape = *shape](Value *result) {
    // A zero in the shape is a size, not "as in the input".
    Context &context = form->builder.getContext();
    return form->add("onnx.Reshape", {result, shape},
                     {{context.intern("allowzero"), IntAttr::get(1)}},
                     "reshaped");
  };
  return Error::success();
}

/// GroupNormalization-18 scales each group, -21 each channel.
static Error upgradeGroupNorm(NodeForm &node) {
  int64_t groups = node.getInt("num_groups", 0);
  TensorType x = node.getRankedInput(0);
  auto channels =
      x && x.getRank() >= 2 ? x.getDim(1).getConstant() : std::nullopt;
  if (!channels || groups <= 0 || *channels % groups)
    return refuse("GroupNormalization-18 needs a known number of channels, "
                  "divisible into groups");
  for (unsigned i : {1u, 2u}) {
    Value *value = node.getInput(i);
    if (!value)
      return refuse("it lacks an input");
    std::string part = i == 1 ? "scale" : "bias";
    auto column = node.add("onnx.Reshape",
                           {value, node.addInts({groups, 1}, part + ".groups")},
                           {}, part + ".column");
    if (!column)
      return column.takeError();
    auto wide = node.add(
        "onnx.Expand",
        {*column, node.addInts({groups, *channels / groups}, part + ".size")},
        {}, part + ".wide");
    if (!wide)
      return wide.takeError();
    auto flat = node.add("onnx.Reshape",
                         {*wide, node.addInts({-1}, part + ".flat_shape")}, {},
                         part + ".flat");
    if (!flat)
      return flat.takeError();
    node.setInput(i, *flat);
  }
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getNormalizationSteps() {
  static constexpr UpgradeStep steps[] = {
      {"BatchNormalization", 9, upgradeSpatial},
      {"BatchNormalization", 14, upgradeTraining},
      {"GroupNormalization", 21, upgradeGroupNorm},
      {"Hardmax", 13, upgradeSoftmax},
      {"LogSoftmax", 13, upgradeSoftmax},
      {"Softmax", 13, upgradeSoftmax},
  };
  return steps;
}
