//===- Legacy.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operator sets 1 to 7. Version 6 dropped the attribute "consumed_inputs", a
/// hint for memory; version 7 brought NumPy's broadcasting instead of the
/// attributes "broadcast" and "axis", and test mode as the only mode.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

static Error dropConsumedInputs(NodeForm &node) {
  node.removeAttr("consumed_inputs");
  return Error::success();
}

/// Add-6 and others: without "broadcast" both shapes are equal; with it, the
/// second shape is a part of the first that ends at its end, or begins at
/// "axis".
static Error upgradeBroadcast(NodeForm &node) {
  int64_t broadcast = node.getInt("broadcast", 0);
  auto axis = dyn_cast_or_null<IntAttr>(node.getAttr("axis"));
  node.removeAttr("broadcast");
  node.removeAttr("axis");
  if (!broadcast || !axis)
    return Error::success();
  TensorType a = node.getRankedInput(0), b = node.getRankedInput(1);
  if (!a || !b)
    return refuse("legacy broadcasting along an axis needs inputs of known "
                  "rank");
  int64_t rankA = a.getRank(), rankB = b.getRank();
  int64_t begin = axis.getValue();
  if (begin < 0)
    begin += rankA;
  int64_t missing = rankA - rankB - begin;
  if (begin < 0 || missing < 0)
    return refuse("legacy broadcasting along axis " + Twine(axis.getValue()) +
                  " is impossible for ranks " + Twine(rankA) + " and " +
                  Twine(rankB));
  if (missing == 0)
    return Error::success();
  SmallVector<int64_t, 6> axes;
  for (int64_t i = 0; i < missing; ++i)
    axes.push_back(rankB + i);
  auto aligned =
      node.add("onnx.Unsqueeze",
               {node.getInput(1), node.addInts(axes, "broadcast_axes")}, {},
               "broadcast");
  if (!aligned)
    return aligned.takeError();
  node.setInput(1, *aligned);
  return Error::success();
}

/// Gemm-6 broadcast C in one direction only where told to, Gemm-7 does always.
static Error upgradeGemm(NodeForm &node) {
  node.removeAttr("broadcast");
  return Error::success();
}

/// PRelu-6: the slope has one element or one per channel (dimension 1).
static Error upgradePRelu(NodeForm &node) {
  TensorType x = node.getRankedInput(0), slope = node.getRankedInput(1);
  if (!x || !slope)
    return refuse("PRelu-6 needs inputs of known rank");
  auto count = slope.getNumElements();
  if (slope.getRank() != 1 || count == 1 || x.getRank() <= 2)
    return Error::success();
  SmallVector<int64_t, 6> axes;
  for (int64_t i = 1, e = x.getRank() - 1; i < e; ++i)
    axes.push_back(i);
  auto aligned = node.add("onnx.Unsqueeze",
                          {node.getInput(1), node.addInts(axes, "slope_axes")},
                          {}, "slope");
  if (!aligned)
    return aligned.takeError();
  node.setInput(1, *aligned);
  return Error::success();
}

/// Cast-1 named the type, in upper case.
static Error upgradeCast(NodeForm &node) {
  auto to = dyn_cast_or_null<StringAttr>(node.getAttr("to"));
  if (!to)
    return Error::success();
  std::string name = to.getValue().lower();
  for (int32_t number = 1; auto type = getElementTypeFromOnnx(number); ++number)
    if (getOnnxName(*type) == name) {
      node.setAttr("to", IntAttr::get(number));
      return Error::success();
    }
  return refuse("unknown type '" + to.getValue() + "'");
}

/// BatchNormalization-6, Dropout-6: training is the default.
static Error requireTestMode(NodeForm &node) {
  if (!node.getInt("is_test", 0))
    return refuse("it is in training mode (is_test = 0)");
  node.removeAttr("is_test");
  return Error::success();
}

/// Reshape-1 takes what is an input now as an attribute.
static Error upgradeReshape(NodeForm &node) {
  node.removeAttr("consumed_inputs");
  if (!node.getAttr("shape"))
    return refuse("Reshape-1 without the attribute 'shape'");
  return moveIntsToInput(node, "shape", 1);
}

/// Concat-1 had axis 1 as its default; Concat-4 requires the attribute.
static Error upgradeConcat(NodeForm &node) {
  if (!node.getAttr("axis"))
    node.setAttr("axis", IntAttr::get(1));
  return Error::success();
}

/// Pad-1 called the pads "paddings".
static Error upgradePad(NodeForm &node) {
  if (Attribute pads = node.getAttr("paddings")) {
    node.removeAttr("paddings");
    node.setAttr("pads", pads);
  }
  return Error::success();
}

/// Split-1 could have the sizes as an input; Split-2 as an attribute only,
/// and Split-13 as an input again (Shape.cpp goes on from there).
static Error upgradeSplit(NodeForm &node) {
  if (node.getInput(1))
    return refuse("Split-1 with its sizes as an input");
  return Error::success();
}

/// LpPool-1 and GlobalLpPool-1 had a float p.
static Error upgradeLp(NodeForm &node) {
  auto p = dyn_cast_or_null<FloatAttr>(node.getAttr("p"));
  if (!p)
    return Error::success();
  if (p.getValue() != static_cast<int64_t>(p.getValue()))
    return refuse("a norm with p = " + std::to_string(p.getValue()) +
                  ", which isn't an integer");
  node.setAttr("p", IntAttr::get(static_cast<int64_t>(p.getValue())));
  return Error::success();
}

/// Selu-1 had other defaults.
static Error upgradeSelu(NodeForm &node) {
  node.removeAttr("consumed_inputs");
  if (!node.getAttr("alpha"))
    node.setAttr("alpha", FloatAttr::get(1.6732f));
  if (!node.getAttr("gamma"))
    node.setAttr("gamma", FloatAttr::get(1.0507f));
  return Error::success();
}

/// RNN-1, GRU-1, LSTM-1: output_sequence told whether Y is wanted, which the
/// outputs tell as well.
static Error upgradeRecurrent(NodeForm &node) {
  node.removeAttr("output_sequence");
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getLegacySteps() {
  static constexpr UpgradeStep steps[] = {
      {"Abs", 6, dropConsumedInputs},
      {"Add", 6, dropConsumedInputs},
      {"Add", 7, upgradeBroadcast},
      {"And", 7, upgradeBroadcast},
      {"BatchNormalization", 6, dropConsumedInputs},
      {"BatchNormalization", 7, requireTestMode},
      {"Cast", 6, upgradeCast},
      {"Ceil", 6, dropConsumedInputs},
      {"Clip", 6, dropConsumedInputs},
      {"Concat", 4, upgradeConcat},
      {"Div", 6, dropConsumedInputs},
      {"Div", 7, upgradeBroadcast},
      {"Dropout", 6, dropConsumedInputs},
      {"Dropout", 7, requireTestMode},
      {"Elu", 6, dropConsumedInputs},
      {"Equal", 7, upgradeBroadcast},
      {"Exp", 6, dropConsumedInputs},
      {"Floor", 6, dropConsumedInputs},
      {"GRU", 7, upgradeRecurrent},
      {"Gemm", 7, upgradeGemm},
      {"GlobalLpPool", 2, upgradeLp},
      {"Greater", 7, upgradeBroadcast},
      {"HardSigmoid", 6, dropConsumedInputs},
      {"InstanceNormalization", 6, dropConsumedInputs},
      {"LSTM", 7, upgradeRecurrent},
      {"LeakyRelu", 6, dropConsumedInputs},
      {"Less", 7, upgradeBroadcast},
      {"Log", 6, dropConsumedInputs},
      {"LpPool", 2, upgradeLp},
      {"Max", 6, dropConsumedInputs},
      {"Mean", 6, dropConsumedInputs},
      {"Min", 6, dropConsumedInputs},
      {"Mul", 6, dropConsumedInputs},
      {"Mul", 7, upgradeBroadcast},
      {"Neg", 6, dropConsumedInputs},
      {"Or", 7, upgradeBroadcast},
      {"PRelu", 6, dropConsumedInputs},
      {"PRelu", 7, upgradePRelu},
      {"Pad", 2, upgradePad},
      {"Pow", 7, upgradeBroadcast},
      {"RNN", 7, upgradeRecurrent},
      {"Reciprocal", 6, dropConsumedInputs},
      {"Relu", 6, dropConsumedInputs},
      {"Reshape", 5, upgradeReshape},
      {"Selu", 6, upgradeSelu},
      {"Sigmoid", 6, dropConsumedInputs},
      {"Split", 2, upgradeSplit},
      {"Sqrt", 6, dropConsumedInputs},
      {"Sub", 6, dropConsumedInputs},
      {"Sub", 7, upgradeBroadcast},
      {"Sum", 6, dropConsumedInputs},
      {"Tanh", 6, dropConsumedInputs},
      {"Tile", 6, nullptr, "Tile-1, which repeats along one axis"},
      {"Xor", 7, upgradeBroadcast},
  };
  return steps;
}
