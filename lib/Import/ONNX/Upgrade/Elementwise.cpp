//===- Elementwise.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Element-wise operators, selections and searches.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"
#include "llvm/ADT/APFloat.h"
#include <cfloat>

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// \p value as a scalar of \p input's element type, if that is a float.
static ConstantAttr makeFloatScalar(Value *input, double value) {
  TensorType type = input ? input->getTensorType() : TensorType();
  if (!type)
    return ConstantAttr();
  Context &context = type.getContext();
  std::vector<char> bytes;
  auto append = [&](auto v) {
    bytes.resize(sizeof(v));
    memcpy(bytes.data(), &v, sizeof(v));
  };
  auto narrow = [&](const fltSemantics &semantics) {
    APFloat f(value);
    bool lost;
    f.convert(semantics, APFloat::rmNearestTiesToEven, &lost);
    append(static_cast<uint16_t>(f.bitcastToAPInt().getZExtValue()));
  };
  switch (type.getElementType()) {
  case ElementType::F32:
    append(static_cast<float>(value));
    break;
  case ElementType::F64:
    append(value);
    break;
  case ElementType::F16:
    narrow(APFloat::IEEEhalf());
    break;
  case ElementType::BF16:
    narrow(APFloat::BFloat());
    break;
  default:
    return ConstantAttr();
  }
  auto scalar =
      TensorType::get(context, type.getElementType(), ArrayRef<int64_t>());
  return ConstantAttr::get(scalar, ConstantData(std::move(bytes)));
}

/// Clip-6: min and max are attributes; by default the ends of float's range,
/// which for float alone is no bound.
static Error upgradeClip(NodeForm &node) {
  TensorType x =
      node.getInput(0) ? node.getInput(0)->getTensorType() : TensorType();
  bool isF64 = x && x.getElementType() == ElementType::F64;
  for (auto [input, attr, fallback] :
       {std::tuple(1, StringRef("min"), -double(FLT_MAX)),
        std::tuple(2, StringRef("max"), double(FLT_MAX))}) {
    auto given = dyn_cast_or_null<FloatAttr>(node.getAttr(attr));
    node.removeAttr(attr);
    if (!given && !isF64)
      continue;
    ConstantAttr bound =
        makeFloatScalar(node.getInput(0), given ? given.getValue() : fallback);
    if (!bound)
      return refuse("Clip-6 of an input that isn't floating-point");
    node.setInput(input, node.addConstant(bound, attr));
  }
  return Error::success();
}

/// Dropout-7's mask had the type of the data.
static Error upgradeDropoutMask(NodeForm &node) {
  if (node.usesOutput(1))
    return refuse("the mask of Dropout before operator set 10 isn't bool");
  node.outputs.resize(1);
  return Error::success();
}

/// Dropout-10 had its ratio as an attribute.
static Error upgradeDropout(NodeForm &node) {
  if (auto ratio = dyn_cast_or_null<FloatAttr>(node.getAttr("ratio")))
    node.setInput(
        1, node.addConstant(ConstantAttr::getFloats(
                                node.builder.getContext(),
                                {static_cast<float>(ratio.getValue())}, true),
                            "ratio"));
  node.removeAttr("ratio");
  return Error::success();
}

/// OneHot-9: a negative index selects nothing; since OneHot-11 it counts from
/// the end.
static Error upgradeOneHot(NodeForm &node) {
  Value *indices = node.getInput(0);
  TensorType type = indices ? indices->getTensorType() : TensorType();
  if (!type)
    return refuse("OneHot-9 with indices of unknown type");
  if (getKind(type.getElementType()) == ElementKind::UInt)
    return Error::success();
  if (type.getElementType() != ElementType::I64 &&
      type.getElementType() != ElementType::I32)
    return refuse("OneHot-9 with indices of type " +
                  getOnnxName(type.getElementType()));
  // Negative indices become one that no depth reaches.
  auto scalar = [&](int64_t value, StringRef suffix) {
    std::vector<char> bytes(type.getElementType() == ElementType::I64 ? 8 : 4);
    memcpy(bytes.data(), &value, bytes.size());
    auto t = TensorType::get(type.getContext(), type.getElementType(),
                             ArrayRef<int64_t>());
    return node.addConstant(ConstantAttr::get(t, ConstantData(bytes)), suffix);
  };
  auto negative =
      node.add("onnx.Less", {indices, scalar(0, "zero")}, {}, "negative");
  if (!negative)
    return negative.takeError();
  auto clean =
      node.add("onnx.Where", {*negative, scalar(INT32_MAX, "nowhere"), indices},
               {}, "indices");
  if (!clean)
    return clean.takeError();
  node.setInput(0, *clean);
  return Error::success();
}

/// TopK-1: k is an attribute.
static Error upgradeTopK(NodeForm &node) {
  auto k = dyn_cast_or_null<IntAttr>(node.getAttr("k"));
  if (!k)
    return refuse("TopK-1 without the attribute 'k'");
  node.setInput(1, node.addInts({k.getValue()}, "k"));
  node.removeAttr("k");
  return Error::success();
}

static Error renameScatter(NodeForm &node) {
  node.opType = "ScatterElements";
  return Error::success();
}

/// DFT-17: the axis is an attribute, 1 by default.
static Error upgradeDFT(NodeForm &node) {
  node.setInput(2, node.addInts({node.getInt("axis", 1)}, "axis", true));
  node.removeAttr("axis");
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getElementwiseSteps() {
  static constexpr UpgradeStep steps[] = {
      {"Clip", 11, upgradeClip},           {"DFT", 20, upgradeDFT},
      {"Dropout", 10, upgradeDropoutMask}, {"Dropout", 12, upgradeDropout},
      {"OneHot", 11, upgradeOneHot},       {"Scatter", 11, renameScatter},
      {"TopK", 10, upgradeTopK},
  };
  return steps;
}
