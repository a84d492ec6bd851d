//===- Upgrade.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Upgrade.h"
#include "ImportError.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

//===----------------------------------------------------------------------===//
// NodeForm
//===----------------------------------------------------------------------===//

void NodeForm::setInput(unsigned i, Value *value) {
  if (i >= inputs.size())
    inputs.resize(i + 1, nullptr);
  inputs[i] = value;
}

TensorType NodeForm::getRankedInput(unsigned i) const {
  Value *value = getInput(i);
  TensorType type = value ? value->getTensorType() : TensorType();
  return type && type.hasRank() ? type : TensorType();
}

Attribute NodeForm::getAttr(StringRef attr) const {
  for (const NamedAttr &a : attributes)
    if (a.name == attr)
      return a.value;
  return Attribute();
}

int64_t NodeForm::getInt(StringRef attr, int64_t fallback) const {
  auto value = dyn_cast_or_null<IntAttr>(getAttr(attr));
  return value ? value.getValue() : fallback;
}

StringRef NodeForm::getString(StringRef attr, StringRef fallback) const {
  auto value = dyn_cast_or_null<StringAttr>(getAttr(attr));
  return value ? value.getValue() : fallback;
}

std::optional<SmallVector<int64_t, 6>> NodeForm::getInts(StringRef attr) const {
  Attribute value = getAttr(attr);
  if (!value)
    return std::nullopt;
  SmallVector<int64_t, 6> out;
  if (auto ints = dyn_cast<IntsAttr>(value))
    out.append(ints.getValue().begin(), ints.getValue().end());
  return out;
}

void NodeForm::setAttr(StringRef attr, Attribute value) {
  removeAttr(attr);
  attributes.push_back({builder.getContext().intern(attr), value});
}

void NodeForm::removeAttr(StringRef attr) {
  erase_if(attributes, [&](const NamedAttr &a) { return a.name == attr; });
}

Value *NodeForm::addConstant(ConstantAttr value, StringRef suffix) {
  return builder.constant(value, name + "." + suffix.str());
}

Value *NodeForm::addInts(ArrayRef<int64_t> values, StringRef suffix,
                         bool scalar) {
  return addConstant(
      ConstantAttr::getInts(builder.getContext(), values, scalar), suffix);
}

Expected<Value *> NodeForm::add(StringRef op, ArrayRef<Value *> operands,
                                ArrayRef<NamedAttr> attrs, StringRef suffix) {
  Operation *created = builder.createInferred(op, operands, attrs);
  if (!created)
    return refuse("its inputs have the wrong types");
  created->getResult()->setName(name + "." + suffix.str());
  return created->getResult();
}

//===----------------------------------------------------------------------===//
// The tables
//===----------------------------------------------------------------------===//

Error onnx_import::refuse(const Twine &reason) {
  return importError(DiagID::ImportUnsupportedOp, reason);
}

Error onnx_import::moveIntsToInput(NodeForm &node, StringRef attr,
                                   unsigned input) {
  if (auto values = node.getInts(attr))
    node.setInput(input, node.addInts(*values, attr));
  node.removeAttr(attr);
  return Error::success();
}

/// The kinds of the attributes that steps read. Those that the newest form has
/// are checked against its record later.
static std::optional<AttrKind> getOldKind(StringRef attr) {
  return StringSwitch<std::optional<AttrKind>>(attr)
      .Cases("axis", "broadcast", "is_test", "k", "num_groups", AttrKind::Int)
      .Cases("output_sequence", "spatial", AttrKind::Int)
      .Cases("axes", "consumed_inputs", "ends", "paddings", "pads",
             AttrKind::Ints)
      .Cases("shape", "split", "starts", AttrKind::Ints)
      .Cases("alpha", "gamma", "max", "min", "ratio", "value", AttrKind::Float)
      .Case("scales", AttrKind::Floats)
      .Case("mode", AttrKind::String)
      .Default(std::nullopt);
}

static Error checkKinds(const NodeForm &node) {
  for (const NamedAttr &attr : node.attributes) {
    auto kind = getOldKind(attr.name);
    auto list = dyn_cast<ArrayAttr>(attr.value);
    bool empty = list && list.getValue().empty();
    if (kind && attr.value.getKind() != *kind && !empty)
      return refuse("its attribute '" + attr.name + "' has the wrong type");
  }
  return Error::success();
}

static SmallVector<ArrayRef<UpgradeStep>, 5> getTables(StringRef domain) {
  if (domain == "ai.onnx.ml")
    return {getMlSteps()};
  if (!domain.empty())
    return {};
  return {getLegacySteps(), getElementwiseSteps(), getNormalizationSteps(),
          getSamplingSteps(), getShapeSteps()};
}

SmallVector<const UpgradeStep *, 4> onnx_import::getSteps(StringRef domain,
                                                          StringRef opType) {
  SmallVector<const UpgradeStep *, 4> steps;
  for (ArrayRef<UpgradeStep> table : getTables(domain))
    for (const UpgradeStep &step : table)
      if (step.opType == opType)
        steps.push_back(&step);
  llvm::stable_sort(steps, [](const UpgradeStep *a, const UpgradeStep *b) {
    return a->version < b->version;
  });
  return steps;
}

Error onnx_import::upgradeNode(NodeForm &node, StringRef domain,
                               int64_t opset) {
  // Renamed operators continue under the new name, whose steps are newer.
  auto steps = getSteps(domain, node.opType);
  if (StringRef newest = getNewestName(node.opType); newest != node.opType)
    append_range(steps, getSteps(domain, newest));
  erase_if(steps,
           [&](const UpgradeStep *step) { return step->version <= opset; });
  if (!steps.empty())
    if (Error e = checkKinds(node))
      return e;
  for (const UpgradeStep *step : steps)
    if (Error e = step->upgrade ? step->upgrade(node) : refuse(step->refusal))
      return e;
  return Error::success();
}

ArrayRef<Renaming> onnx_import::getRenamings() {
  static constexpr Renaming renamings[] = {{"Scatter", "ScatterElements", 10},
                                           {"Upsample", "Resize", 9}};
  return renamings;
}

StringRef onnx_import::getNewestName(StringRef opType) {
  for (const Renaming &renaming : getRenamings())
    if (renaming.oldName == opType)
      return renaming.newName;
  return opType;
}

int onnx_import::getFirstVersion(StringRef opType, const OpInfo &info) {
  // A new operator needs no line below: what appeared after this set has had
  // one form. An operator from before it needs one once its form changes.
  constexpr int lastListed = 25;
  const int unlisted = info.onnxSince > lastListed ? info.onnxSince : 1;
  // Those that weren't in the first operator set.
  return StringSwitch<int>(opType)
      .Case("TreeEnsemble", 5)
      .Cases("Acos", "Asin", "Atan", "Cos", "Multinomial", "Sin", "Tan", 7)
      .Cases("Expand", "Scan", 8)
      .Cases("Acosh", "Asinh", "Atanh", "Compress", "ConstantOfShape", "Cosh",
             "Erf", "EyeLike", "IsNaN", 9)
      .Cases("MaxUnpool", "MeanVarianceNormalization", "NonZero", "OneHot",
             "Scatter", "Shrink", "Sign", "Sinh", "TfIdfVectorizer", 9)
      .Case("Where", 9)
      .Cases("ConvInteger", "DequantizeLinear", "IsInf", "MatMulInteger", "Mod",
             "NonMaxSuppression", "QLinearConv", "QLinearMatMul",
             "QuantizeLinear", 10)
      .Cases("Resize", "ReverseSequence", "RoiAlign", "StringNormalizer",
             "ThresholdedRelu", 10)
      .Cases("BitShift", "ConcatFromSequence", "CumSum", "Det",
             "DynamicQuantizeLinear", "GatherElements", "GatherND", "Range",
             "Round", 11)
      .Cases("ScatterElements", "ScatterND", "SequenceAt", "SequenceConstruct",
             "SequenceEmpty", "SequenceErase", "SequenceInsert",
             "SequenceLength", "SplitToSequence", 11)
      .Case("Unique", 11)
      .Cases("Celu", "Einsum", "GreaterOrEqual", "LessOrEqual",
             "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss", 12)
      .Cases("HardSwish", "Trilu", 14)
      .Cases("Bernoulli", "CastLike", "Optional", "OptionalGetElement",
             "OptionalHasElement", 15)
      .Case("GridSample", 16)
      .Cases("BlackmanWindow", "DFT", "HammingWindow", "HannWindow",
             "LayerNormalization", "MelWeightMatrix", "STFT", "SequenceMap", 17)
      .Cases("BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor",
             "CenterCropPad", "Col2Im", "GroupNormalization", "Mish", 18)
      .Case("DeformConv", 19)
      .Cases("AffineGrid", "Gelu", "ImageDecoder", "RegexFullMatch",
             "StringConcat", "StringSplit", 20)
      .Cases("Attention", "RMSNormalization", "RotaryEmbedding", 23)
      .Cases("Swish", "TensorScatter", 24)
      .Default(unlisted);
}
