//===- Ml.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The operators of ai.onnx.ml. Apart from LabelEncoder-1, older forms are the
/// newest with fewer attributes. TreeEnsembleClassifier and -Regressor, which
/// TreeEnsemble supersedes, stay: it knows neither leaves with several votes
/// nor base values nor labels.
///
//===----------------------------------------------------------------------===//

#include "Upgrade.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// LabelEncoder-1 maps strings to their positions in a list, or positions to
/// strings.
static Error upgradeClasses(NodeForm &node) {
  auto classes = dyn_cast_or_null<StringsAttr>(node.getAttr("classes_strings"));
  Value *x = node.getInput(0);
  TensorType type = x ? x->getTensorType() : TensorType();
  if (!classes || !type)
    return refuse("its input is no tensor, or it has no 'classes_strings'");
  SmallVector<int64_t> positions;
  for (size_t i = 0; i != classes.getValue().size(); ++i)
    positions.push_back(i);
  bool toInts = type.getElementType() == ElementType::String;
  node.removeAttr("classes_strings");
  node.setAttr(toInts ? "keys_strings" : "values_strings", classes);
  node.setAttr(toInts ? "values_int64s" : "keys_int64s",
               IntsAttr::get(positions));
  return Error::success();
}

ArrayRef<UpgradeStep> onnx_import::getMlSteps() {
  static constexpr UpgradeStep steps[] = {
      {"LabelEncoder", 2, upgradeClasses},
  };
  return steps;
}
