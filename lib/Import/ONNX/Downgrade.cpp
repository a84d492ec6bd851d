//===- Downgrade.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Downgrade.h"
#include "Upgrade/Upgrade.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

using Ints = SmallVector<int64_t, 6>;

//===----------------------------------------------------------------------===//
// OldNode
//===----------------------------------------------------------------------===//

bool OldNode::hasInput(unsigned i) const {
  return i < op.getNumOperands() && op.getOperand(i);
}

ConstantAttr OldNode::getConstant(unsigned i) const {
  return hasInput(i) ? getConstantValue(op.getOperand(i)) : ConstantAttr();
}

TensorType OldNode::getType(unsigned i) const {
  TensorType type =
      hasInput(i) ? op.getOperand(i)->getTensorType() : TensorType();
  return type && type.hasRank() ? type : TensorType();
}

void OldNode::dropInputs(unsigned i) {
  while (proto.input_size() > int(i))
    proto.mutable_input()->RemoveLast();
}

bool OldNode::hasAttr(StringRef name) const {
  return any_of(proto.attribute(),
                [&](const auto &attr) { return attr.name() == name; });
}

void OldNode::removeAttr(StringRef name) {
  auto &attrs = *proto.mutable_attribute();
  attrs.erase(
      std::remove_if(attrs.begin(), attrs.end(),
                     [&](const auto &attr) { return attr.name() == name; }),
      attrs.end());
}

onnx::AttributeProto &OldNode::addAttr(StringRef name) {
  removeAttr(name);
  auto &attr = *proto.add_attribute();
  attr.set_name(name.str());
  return attr;
}

void OldNode::setInt(StringRef name, int64_t value) {
  auto &attr = addAttr(name);
  attr.set_type(onnx::AttributeProto::INT);
  attr.set_i(value);
}

void OldNode::setFloat(StringRef name, float value) {
  auto &attr = addAttr(name);
  attr.set_type(onnx::AttributeProto::FLOAT);
  attr.set_f(value);
}

void OldNode::setString(StringRef name, StringRef value) {
  auto &attr = addAttr(name);
  attr.set_type(onnx::AttributeProto::STRING);
  attr.set_s(value.str());
}

void OldNode::setInts(StringRef name, ArrayRef<int64_t> values) {
  auto &attr = addAttr(name);
  attr.set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attr.add_ints(value);
}

void OldNode::setFloats(StringRef name, ArrayRef<float> values) {
  auto &attr = addAttr(name);
  attr.set_type(onnx::AttributeProto::FLOATS);
  for (float value : values)
    attr.add_floats(value);
}

//===----------------------------------------------------------------------===//
// What steps need
//===----------------------------------------------------------------------===//

/// The integers of operand \p i; nullopt where it isn't a constant.
static std::optional<Ints> getInts(const OldNode &node, unsigned i) {
  ConstantAttr value = node.getConstant(i);
  return value ? value.getIntValues() : std::nullopt;
}

/// The float32 numbers of operand \p i; nullopt where it isn't such a constant.
static std::optional<SmallVector<float, 6>> getFloats(const OldNode &node,
                                                      unsigned i) {
  ConstantAttr value = node.getConstant(i);
  if (!value || value.getType().getElementType() != ElementType::F32)
    return std::nullopt;
  SmallVector<float, 6> numbers;
  for (int64_t k = 0, n = *value.getType().getNumElements(); k < n; ++k)
    numbers.push_back(
        value.getData().get<float>(value.getData().isSplat() ? 0 : k));
  return numbers;
}

/// Operand \p i, which is the last, becomes the attribute \p attr.
static Error makeAttribute(OldNode &node, unsigned i, StringRef attr) {
  if (!node.hasInput(i))
    return Error::success();
  auto values = getInts(node, i);
  if (!values)
    return refuse("its " + attr + " aren't constant");
  node.setInts(attr, *values);
  node.dropInputs(i);
  return Error::success();
}

/// \p value with \p shape, which has as many elements.
static ConstantAttr reshape(const OldNode &node, ConstantAttr value,
                            ArrayRef<int64_t> shape) {
  return ConstantAttr::get(TensorType::get(node.op.getContext(),
                                           value.getType().getElementType(),
                                           shape),
                           value.getData());
}

//===----------------------------------------------------------------------===//
// The steps
//===----------------------------------------------------------------------===//

static Error addConsumedInputs(OldNode &node) {
  node.setInts("consumed_inputs", Ints(node.proto.input_size(), 0));
  return Error::success();
}

/// The second shape must be a part of the first. One that ends before the
/// first does, which NumPy writes with ones, needs another constant.
static Error downgradeBroadcast(OldNode &node) {
  TensorType a = node.getType(0), b = node.getType(1);
  auto shapeA = a ? a.getStaticShape() : std::nullopt;
  auto shapeB = b ? b.getStaticShape() : std::nullopt;
  if (!shapeA || !shapeB)
    return refuse("legacy broadcasting needs static shapes");
  if (*shapeA == *shapeB)
    return Error::success();
  ArrayRef<int64_t> whole = *shapeA, part = *shapeB;
  if (part.size() > whole.size())
    return refuse("its first operand is broadcast");
  int64_t missing = 0;
  if (whole.take_back(part.size()) != part) {
    while (!part.empty() && part.back() == 1) {
      part = part.drop_back();
      ++missing;
    }
    while (!part.empty() && part.front() == 1)
      part = part.drop_front();
    if (!node.getConstant(1) ||
        part != whole.drop_back(missing).take_back(part.size()))
      return refuse("its operands broadcast in a way that operator set 6 "
                    "doesn't know");
  }
  node.setInt("broadcast", 1);
  if (part.size() == shapeB->size())
    return Error::success();
  if (missing)
    node.setInt("axis", whole.size() - part.size() - missing);
  node.proto.set_input(
      1, node.addConstant(reshape(node, node.getConstant(1), part), "part"));
  return Error::success();
}

static Error downgradeGemm(OldNode &node) {
  node.setInt("broadcast", 1);
  return Error::success();
}

/// Max-6 and others don't broadcast.
static Error requireEqualShapes(OldNode &node) {
  for (unsigned i = 1; i < node.op.getNumOperands(); ++i)
    if (!node.getType(0) || node.getType(i) != node.getType(0))
      return refuse("its operands are broadcast");
  return Error::success();
}

/// The third operand became optional.
static Error addZero(OldNode &node) {
  if (node.hasInput(2))
    return Error::success();
  TensorType type = node.getType(0);
  if (!type || type.getElementType() != ElementType::F32)
    return refuse("it lacks a third operand");
  node.dropInputs(2);
  node.proto.add_input(node.addConstant(
      ConstantAttr::getFloats(node.op.getContext(), {0.0f}), "zero"));
  return Error::success();
}

/// One slope, or one per channel.
static Error downgradePRelu(OldNode &node) {
  TensorType x = node.getType(0), slope = node.getType(1);
  auto count = slope ? slope.getNumElements() : std::nullopt;
  if (!x || !count)
    return refuse("PRelu-6 needs inputs of known rank");
  auto channels =
      x.getRank() > 1 ? x.getDim(1).getConstant() : std::optional<int64_t>();
  // Where the channels are counted from the end of the slope's shape.
  const bool isPerChannel =
      *count == 1 ||
      (channels == count && slope.getRank() + 1 >= x.getRank() &&
       slope.getDim(slope.getRank() + 1 - x.getRank()).getConstant() ==
           channels);
  if (!isPerChannel || !node.getConstant(1))
    return refuse("PRelu-6 has one constant slope, or one per channel");
  node.proto.set_input(
      1,
      node.addConstant(reshape(node, node.getConstant(1), {*count}), "slope"));
  return Error::success();
}

static Error downgradeCast(OldNode &node) {
  auto to = getElementTypeFromOnnx(node.op.getInt("to", 0));
  if (!to)
    return refuse("it has no type to cast to");
  node.setString("to", StringRef(getOnnxName(*to)).upper());
  return Error::success();
}

static Error addTestMode(OldNode &node) {
  node.setInt("is_test", 1);
  return Error::success();
}

static Error addSpatial(OldNode &node) {
  node.setInt("spatial", 1);
  return Error::success();
}

static Error requireOneOutput(OldNode &node) {
  if (node.proto.output_size() > 1)
    return refuse("more than its first output is used");
  return Error::success();
}

static Error downgradeDropout(OldNode &node) {
  if (auto mode = node.hasInput(2) ? getInts(node, 2) : Ints{0};
      !mode || any_of(*mode, [](int64_t m) { return m != 0; }))
    return refuse("it is in training mode");
  node.removeAttr("seed");
  if (node.hasInput(1)) {
    auto ratio = getFloats(node, 1);
    if (!ratio)
      return refuse("its ratio isn't constant");
    node.setFloat("ratio", ratio->front());
  }
  node.dropInputs(1);
  return Error::success();
}

static Error downgradeReshape(OldNode &node) {
  if (node.op.getInt("allowzero", 0))
    return refuse("a size of 0 is one");
  if (!getInts(node, 1))
    return refuse("its shape isn't constant");
  return makeAttribute(node, 1, "shape");
}

static Error downgradeConcat(OldNode &node) {
  if (node.op.getInt("axis", 0) == 1)
    node.removeAttr("axis");
  return Error::success();
}

static Error downgradePad11(OldNode &node) {
  if (node.hasInput(3))
    return refuse("it pads some axes only");
  if (node.hasInput(2)) {
    auto value = getFloats(node, 2);
    if (!value)
      return refuse("its value isn't a constant of float32");
    node.setFloat("value", value->front());
  }
  node.dropInputs(2);
  return makeAttribute(node, 1, "pads");
}

static Error downgradePad2(OldNode &node) {
  for (auto &attr : *node.proto.mutable_attribute())
    if (attr.name() == "pads")
      attr.set_name("paddings");
  return Error::success();
}

/// Before Split-18, parts without sizes were equal.
static Error dropNumOutputs(OldNode &node) {
  if (!node.hasAttr("num_outputs"))
    return Error::success();
  TensorType x = node.getType(0);
  int64_t axis = node.op.getInt("axis", 0);
  auto size = x ? x.getDim(axis < 0 ? axis + x.getRank() : axis).getConstant()
                : std::nullopt;
  if (!size || *size % node.op.getInt("num_outputs", 1))
    return refuse("its parts aren't equal");
  node.removeAttr("num_outputs");
  return Error::success();
}

static Error moveSplit(OldNode &node) {
  return makeAttribute(node, 1, "split");
}

static Error downgradeLp(OldNode &node) {
  node.setFloat("p", node.op.getInt("p", 2));
  return Error::success();
}

/// Selu-1 had other defaults.
static Error downgradeSelu(OldNode &node) {
  if (!node.hasAttr("alpha"))
    node.setFloat("alpha", 1.67326319217681884765625f);
  if (!node.hasAttr("gamma"))
    node.setFloat("gamma", 1.05070102214813232421875f);
  return Error::success();
}

static Error addOutputSequence(OldNode &node) {
  node.setInt("output_sequence",
              node.proto.output_size() && !node.proto.output(0).empty());
  return Error::success();
}

static Error downgradeClip(OldNode &node) {
  for (auto [i, attr] : {std::pair(1u, "min"), std::pair(2u, "max")}) {
    if (!node.hasInput(i))
      continue;
    auto bound = getFloats(node, i);
    if (!bound)
      return refuse("its bounds aren't constants of float32");
    node.setFloat(attr, bound->front());
  }
  node.dropInputs(1);
  return Error::success();
}

static Error downgradeOneHot(OldNode &node) {
  auto indices = getInts(node, 0);
  TensorType type = node.getType(0);
  const bool isUnsigned =
      type && getKind(type.getElementType()) == ElementKind::UInt;
  if (!isUnsigned &&
      (!indices || any_of(*indices, [](int64_t i) { return i < 0; })))
    return refuse("its indices may be negative");
  return Error::success();
}

static Error renameScatter(OldNode &node) {
  node.proto.set_op_type("Scatter");
  return Error::success();
}

static Error downgradeTopK(OldNode &node) {
  auto k = getInts(node, 1);
  if (!k || !node.op.getInt("largest", 1) || !node.op.getInt("sorted", 1))
    return refuse("its k isn't constant, or it wants the smallest");
  node.removeAttr("largest");
  node.removeAttr("sorted");
  node.setInt("k", k->front());
  node.dropInputs(1);
  return Error::success();
}

/// The older forms see a matrix, whose rows begin at an axis: what they compute
/// is the same where all dimensions but one have size 1 from there on.
static Error downgradeSoftmax(OldNode &node) {
  TensorType x = node.getType(0);
  if (!x || x.getRank() == 0)
    return refuse("its input has no known rank");
  const int64_t rank = x.getRank();
  int64_t axis = node.op.getInt("axis", -1);
  axis += axis < 0 ? rank : 0;
  auto isOne = [&](int64_t dim) { return x.getDim(dim).getConstant() == 1; };
  for (int64_t dim = axis + 1; dim < rank; ++dim)
    if (!isOne(dim))
      return refuse("it isn't along the last axis");
  while (axis > 0 && isOne(axis - 1))
    --axis;
  node.setInt("axis", axis);
  return Error::success();
}

static Error downgradeGridSample(OldNode &node) {
  StringRef mode = node.op.getString("mode", "linear");
  if (mode != "nearest")
    node.setString("mode", mode == "cubic" ? "bicubic" : "bilinear");
  return Error::success();
}

/// Resize-11 spelled "absent" as a tensor without elements.
static Error fillResize(OldNode &node) {
  for (const char *attr : {"antialias", "axes", "keep_aspect_ratio_policy"})
    if (node.hasAttr(attr))
      return refuse(Twine("it has the attribute '") + attr + "'");
  for (int i : {1, 2})
    if (i < node.proto.input_size() && node.proto.input(i).empty())
      node.proto.set_input(
          i, node.addConstant(ConstantAttr::getFloats(node.op.getContext(), {}),
                              "absent"));
  return Error::success();
}

static Error downgradeResize(OldNode &node) {
  const StringRef mode = node.op.getString("mode", "nearest");
  if (node.op.getString("coordinate_transformation_mode", "half_pixel") !=
          "asymmetric" ||
      mode == "cubic" || !node.hasInput(2) || node.hasInput(3) ||
      (mode == "nearest" && node.op.getString("nearest_mode", "") != "floor"))
    return refuse("Resize-10 scales coordinates and rounds down");
  node.removeAttr("coordinate_transformation_mode");
  node.removeAttr("nearest_mode");
  node.proto.set_input(1, node.proto.input(2));
  node.dropInputs(2);
  return Error::success();
}

static Error renameResize(OldNode &node) {
  auto scales = getFloats(node, 2);
  if (!scales || any_of(*scales, [](float scale) { return scale < 1; }))
    return refuse("Upsample has constant scales of at least 1");
  node.proto.set_op_type("Upsample");
  return Error::success();
}

static Error moveScales(OldNode &node) {
  node.setFloats("scales", *getFloats(node, 2));
  node.dropInputs(1);
  return Error::success();
}

static Error refuseUpsample(OldNode &) {
  return refuse("Upsample-1 has separate scales of width and height");
}

static Error downgradeRoiAlign(OldNode &node) {
  if (node.op.getString("coordinate_transformation_mode", "half_pixel") !=
      "output_half_pixel")
    return refuse("RoiAlign-10 doesn't shift its regions");
  node.removeAttr("coordinate_transformation_mode");
  return Error::success();
}

static Error moveAxes(OldNode &node) {
  if (node.op.getInt("noop_with_empty_axes", 0))
    return refuse("no axes mean none");
  if (auto axes = getInts(node, 1); axes && axes->empty()) {
    node.dropInputs(1);
    return Error::success();
  }
  return makeAttribute(node, 1, "axes");
}

static Error downgradeSlice(OldNode &node) {
  if (node.hasInput(4)) {
    auto steps = getInts(node, 4);
    if (!steps || any_of(*steps, [](int64_t step) { return step != 1; }))
      return refuse("Slice-1 has no steps");
    node.dropInputs(4);
  }
  for (auto [i, attr] :
       {std::pair(3u, "axes"), std::pair(2u, "ends"), std::pair(1u, "starts")})
    if (Error error = makeAttribute(node, i, attr))
      return error;
  return Error::success();
}

namespace {
struct DowngradeStep {
  StringLiteral opType;
  /// The operator set whose form the step undoes.
  int version;
  Error (*downgrade)(OldNode &);
};
} // namespace

/// By version, the newest first, as they are taken.
static constexpr DowngradeStep steps[] = {
    {"GridSample", 20, downgradeGridSample},
    {"ReduceL1", 18, moveAxes},
    {"ReduceL2", 18, moveAxes},
    {"ReduceLogSum", 18, moveAxes},
    {"ReduceLogSumExp", 18, moveAxes},
    {"ReduceMax", 18, moveAxes},
    {"ReduceMean", 18, moveAxes},
    {"ReduceMin", 18, moveAxes},
    {"ReduceProd", 18, moveAxes},
    {"ReduceSumSquare", 18, moveAxes},
    {"Split", 18, dropNumOutputs},
    {"RoiAlign", 16, downgradeRoiAlign},
    {"BatchNormalization", 14, requireOneOutput},
    {"Hardmax", 13, downgradeSoftmax},
    {"LogSoftmax", 13, downgradeSoftmax},
    {"ReduceSum", 13, moveAxes},
    {"Resize", 13, fillResize},
    {"Softmax", 13, downgradeSoftmax},
    {"Split", 13, moveSplit},
    {"Squeeze", 13, moveAxes},
    {"Unsqueeze", 13, moveAxes},
    {"Dropout", 12, downgradeDropout},
    {"Clip", 11, downgradeClip},
    {"Gemm", 11, addZero},
    {"OneHot", 11, downgradeOneHot},
    {"Pad", 11, downgradePad11},
    {"Resize", 11, downgradeResize},
    {"ScatterElements", 11, renameScatter},
    {"Dropout", 10, requireOneOutput},
    {"Resize", 10, renameResize},
    {"Slice", 10, downgradeSlice},
    {"TopK", 10, downgradeTopK},
    {"BatchNormalization", 9, addSpatial},
    {"Resize", 9, moveScales},
    {"Max", 8, requireEqualShapes},
    {"Mean", 8, requireEqualShapes},
    {"Min", 8, requireEqualShapes},
    {"Sum", 8, requireEqualShapes},
    {"Add", 7, downgradeBroadcast},
    {"And", 7, downgradeBroadcast},
    {"BatchNormalization", 7, addTestMode},
    {"Div", 7, downgradeBroadcast},
    {"Dropout", 7, addTestMode},
    {"Equal", 7, downgradeBroadcast},
    {"GRU", 7, addOutputSequence},
    {"Gemm", 7, downgradeGemm},
    {"Greater", 7, downgradeBroadcast},
    {"LSTM", 7, addOutputSequence},
    {"Less", 7, downgradeBroadcast},
    {"Mul", 7, downgradeBroadcast},
    {"Or", 7, downgradeBroadcast},
    {"PRelu", 7, downgradePRelu},
    {"Pow", 7, downgradeBroadcast},
    {"RNN", 7, addOutputSequence},
    {"Resize", 7, refuseUpsample},
    {"Sub", 7, downgradeBroadcast},
    {"Xor", 7, downgradeBroadcast},
    {"Abs", 6, addConsumedInputs},
    {"Add", 6, addConsumedInputs},
    {"BatchNormalization", 6, addConsumedInputs},
    {"Cast", 6, downgradeCast},
    {"Ceil", 6, addConsumedInputs},
    {"Clip", 6, addConsumedInputs},
    {"Div", 6, addConsumedInputs},
    {"Dropout", 6, addConsumedInputs},
    {"Elu", 6, addConsumedInputs},
    {"Exp", 6, addConsumedInputs},
    {"Floor", 6, addConsumedInputs},
    {"HardSigmoid", 6, addConsumedInputs},
    {"InstanceNormalization", 6, addConsumedInputs},
    {"LeakyRelu", 6, addConsumedInputs},
    {"Log", 6, addConsumedInputs},
    {"Max", 6, addConsumedInputs},
    {"Mean", 6, addConsumedInputs},
    {"Min", 6, addConsumedInputs},
    {"Mul", 6, addConsumedInputs},
    {"Neg", 6, addConsumedInputs},
    {"PRelu", 6, addConsumedInputs},
    {"Reciprocal", 6, addConsumedInputs},
    {"Relu", 6, addConsumedInputs},
    {"Selu", 6, downgradeSelu},
    {"Sigmoid", 6, addConsumedInputs},
    {"Sqrt", 6, addConsumedInputs},
    {"Sub", 6, addConsumedInputs},
    {"Sum", 6, addConsumedInputs},
    {"Tanh", 6, addConsumedInputs},
    {"Reshape", 5, downgradeReshape},
    {"Concat", 4, downgradeConcat},
    {"GlobalLpPool", 2, downgradeLp},
    {"LpPool", 2, downgradeLp},
    {"Pad", 2, downgradePad2},
};

namespace {
/// An attribute that an operator got in a later version, where it wasn't there
/// before or in another way.
struct LaterAttribute {
  StringLiteral opType, name;
  int version;
  /// An integer, or each of a list, that means what nothing meant.
  int64_t neutral;
};
} // namespace

static constexpr LaterAttribute laterAttributes[] = {
    {"ArgMax", "select_last_index", 12, 0},
    {"ArgMin", "select_last_index", 12, 0},
    {"AveragePool", "ceil_mode", 10, 0},
    {"AveragePool", "count_include_pad", 7, 0},
    {"AveragePool", "dilations", 19, 1},
    {"BatchNormalization", "training_mode", 14, 0},
    {"LpPool", "ceil_mode", 18, 0},
    {"LpPool", "dilations", 18, 1},
    {"MaxPool", "ceil_mode", 10, 0},
    {"MaxPool", "dilations", 10, 1},
    {"MaxPool", "storage_order", 8, 0},
    {"GRU", "layout", 14, 0},
    {"LSTM", "layout", 14, 0},
    {"RNN", "layout", 14, 0},
    {"Reshape", "allowzero", 14, 0},
    {"ScatterElements", "reduction", 16, 0},
    {"ScatterND", "reduction", 16, 0},
    {"Shape", "end", 15, 0},
    {"Shape", "start", 15, 0},
    {"ReduceMax", "noop_with_empty_axes", 18, 0},
    {"ReduceMean", "noop_with_empty_axes", 18, 0},
    {"ReduceMin", "noop_with_empty_axes", 18, 0},
    {"ReduceSum", "noop_with_empty_axes", 13, 0},
};

/// Drops attributes that the operator set doesn't know, where they say nothing.
static Error dropLaterAttributes(OldNode &node, StringRef name, int64_t opset) {
  for (const LaterAttribute &later : laterAttributes) {
    if (later.opType != name || later.version <= opset ||
        !node.hasAttr(later.name))
      continue;
    auto value = dyn_cast<IntAttr>(node.op.getAttr(later.name));
    auto list = dyn_cast<IntsAttr>(node.op.getAttr(later.name));
    const bool isNeutral = (value && value.getValue() == later.neutral) ||
                           (list && all_of(list.getValue(), [&](int64_t i) {
                              return i == later.neutral;
                            }));
    if (!isNeutral)
      return refuse("it got the attribute '" + later.name +
                    "' in operator set " + Twine(later.version));
    node.removeAttr(later.name);
  }
  // An axis of one scale is none.
  if ((name == "QuantizeLinear" || name == "DequantizeLinear") && opset < 13 &&
      node.hasAttr("axis")) {
    TensorType scale = node.getType(1);
    if (!scale || scale.getNumElements() != 1)
      return refuse("it has a scale for each channel");
    node.removeAttr("axis");
  }
  if (name == "DepthToSpace" && opset < 11 && node.hasAttr("mode")) {
    if (node.op.getString("mode", "DCR") != "DCR")
      return refuse("it got the attribute 'mode' in operator set 11");
    node.removeAttr("mode");
  }
  return Error::success();
}

/// Before operator set 11, axes count from the front.
static void countAxisFromFront(OldNode &node, StringRef name) {
  static constexpr StringRef names[] = {"ArgMax", "ArgMin", "Concat", "Flatten",
                                        "Gather", "Split",  "TopK"};
  TensorType x = node.getType(0);
  if (int64_t axis = node.op.getInt("axis", 0);
      axis < 0 && x && is_contained(names, name))
    node.setInt("axis", axis + x.getRank());
}

/// The operator set in which \p op appeared, under whichever name.
static int getFirstSet(const Operation &op) {
  const StringRef name = op.getInfo().getShortName();
  int first = getFirstVersion(name, op.getInfo());
  for (const Renaming &renaming : getRenamings())
    if (renaming.newName == name)
      first = std::min(first, getFirstVersion(renaming.oldName, op.getInfo()));
  return first;
}

/// Conversions of \p name newer than \p opset that nothing here undoes.
static bool hasOtherForm(StringRef name, int64_t opset) {
  return any_of(getSteps("", name), [&](const UpgradeStep *step) {
    return step->version > opset &&
           (!step->upgrade || none_of(steps, [&](const DowngradeStep &undo) {
             return undo.opType == name && undo.version == step->version;
           }));
  });
}

Error onnx_import::downgradeNode(OldNode &node, int64_t opset) {
  const OpInfo &info = node.op.getInfo();
  if (!info.onnxDomain.empty())
    return Error::success();
  const StringRef name = info.getShortName();
  if (int first = getFirstSet(node.op); first > opset)
    return refuse("it appeared in operator set " + Twine(first));
  if (hasOtherForm(name, opset) || (name == "Scan" && opset < 9))
    return refuse("its form of operator set " + Twine(opset) +
                  " can't be written");
  if (opset < 11)
    countAxisFromFront(node, name);
  if (Error error = dropLaterAttributes(node, name, opset))
    return error;
  for (const DowngradeStep &step : steps)
    if (step.opType == name && step.version > opset)
      if (Error error = step.downgrade(node))
        return error;
  return Error::success();
}
