//===- MLUTileModel.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUTileModel.h"
#include "CoreCode.h"
#include "Leaf.h"
#include "RowShape.h"
#include "WindowShape.h"
#include "onnc/IR/Indexing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

SmallVector<unsigned, 6> mlu::getTensorOrder(unsigned rank) {
  if (rank == 4)
    return {0, 2, 3, 1};
  return llvm::to_vector<6>(llvm::seq<unsigned>(0, rank));
}

static Layout getTensorLayout(unsigned rank) {
  return Layout::get(getTensorOrder(rank));
}

/// The layout of an operand that is aligned with the last dimensions of a
/// tensor of \p rank dimensions: those in the tensor's order.
static Layout getAlignedLayout(unsigned operandRank, unsigned rank) {
  SmallVector<unsigned, 6> order;
  for (unsigned dim : getTensorOrder(rank))
    if (dim >= rank - operandRank)
      order.push_back(dim - (rank - operandRank));
  return Layout::get(order);
}

/// How tensors lie in device memory. No kernel takes bool and int64, but models
/// have constants of them as outputs, the shape of a tensor for instance.
static ElementType getBackingElement(ElementType type) {
  if (type == ElementType::Bool)
    return ElementType::I8;
  if (type == ElementType::I64)
    return ElementType::I32;
  return getStorageElement(type).value_or(type);
}

BufferType MLUTileModel::getTensorBuffer(TensorType type) const {
  auto shape = *type.getStaticShape();
  return BufferType::get(type.getContext(),
                         getBackingElement(type.getElementType()), shape,
                         getBackingMemory(), getTensorLayout(shape.size()));
}

std::optional<std::string> MLUTileModel::getRefusal(const Graph &kernel) const {
  LeafPlanOrRefusal result = planLeaf(kernel);
  if (result.plan)
    return std::nullopt;
  return result.refusal;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {

/// Fills in what the families want otherwise than by default.
class TilingBuilder {
public:
  TilingBuilder(const Graph &kernel, const LeafPlan &plan,
                const MachineParams &params)
      : kernel(kernel), plan(plan), root(plan.root), params(params) {}
  KernelTiling build();

private:
  unsigned getRank() const {
    return kernel.getOutput(0)->getTensorType().getRank();
  }
  bool isInteger() const {
    ElementType type = root->getOperand(0)->getTensorType().getElementType();
    return getComputeType(type) == ElemType::I8;
  }
  /// The operand of the root, if it is an input of the kernel.
  TileOperand *getOperand(unsigned i) {
    Value *value = root->getOperand(i);
    if (!value || !value->isArgument())
      return nullptr;
    return &tiling.inputs[value->getIndex()];
  }
  void setOrder(unsigned operand, ArrayRef<unsigned> order) {
    if (TileOperand *o = getOperand(operand))
      o->layout = Layout::get(order);
  }
  void setFloat(unsigned operand) {
    if (TileOperand *o = getOperand(operand))
      o->element = ElementType::F32;
  }
  void addWindows();
  void addProduct();
  void addRows();
  void addSteps();

  const Graph &kernel;
  const LeafPlan &plan;
  Operation *root;
  const MachineParams &params;
  KernelTiling tiling;
};

} // namespace

/// Images with the channels innermost, also those of one spatial dimension.
static SmallVector<unsigned, 6> getImageOrder(unsigned rank) {
  if (rank == 3)
    return {0, 2, 1};
  return {0, 2, 3, 1};
}

void TilingBuilder::addWindows() {
  unsigned rank = root->getOperand(0)->getTensorType().getRank();
  auto order = getImageOrder(rank);
  setOrder(0, order);
  tiling.outputs[0].layout = Layout::get(order);
  int64_t lanes = params.vectorBytes / (isInteger() ? 1 : 2);
  tiling.granularity.assign(rank, 1);
  // One window, of all channels that are taken together, leaves room for more.
  WindowShape shape = getWindowShape(root);
  int64_t windowBytes = shape.h.kernel * shape.w.kernel * (isInteger() ? 1 : 2);
  while (lanes > 1 && lanes * windowBytes > getFreeNram(params) / 4)
    lanes /= 2;
  tiling.granularity[1] = lanes;
  if (plan.family == LeafFamily::Depthwise) {
    // [kh][kw][1][c].
    if (rank == 3)
      setOrder(1, {2, 1, 0});
    else
      setOrder(1, {2, 3, 1, 0});
  }
  if (plan.family == LeafFamily::Convolution) {
    setOrder(1, order);
    getOperand(1)->space = "wram";
    int64_t groups = root->getInt("group", 1);
    auto weights = *root->getOperand(1)->getTensorType().getStaticShape();
    int64_t perGroup = weights[0] / groups;
    int64_t outputs = params.matrixOutputs;
    tiling.granularity[1] =
        groups == 1 || perGroup % outputs == 0 ? outputs : perGroup;
    if (hasColumnsAsChannels(root, params)) {
      // Padding should be there: with integers it is the zero point. What
      // another kernel computed is read window by window at its borders.
      TileOperand &x = *getOperand(0);
      x.fill = isInteger() && root->getOperand(2)
                   ? *getScalar(root->getOperand(2))
                   : 0;
      x.isFillOptional = true;
    } else if (groups == 1 && plan.steps.empty())
      tiling.accumulator = isInteger() ? ElementType::I32 : ElementType::F32;
  }
  if (root->getName() == "onnx.Conv")
    setFloat(2);
}

void TilingBuilder::addProduct() {
  auto rowMajor = [](const Value *value) {
    return Layout::getRowMajor(value->getTensorType().getRank());
  };
  for (unsigned i : {0, 1})
    if (TileOperand *o = getOperand(i))
      o->layout = rowMajor(root->getOperand(i));
  if (root->getInt("transA", 0))
    setOrder(0, {1, 0});
  getOperand(1)->space = "wram";
  tiling.outputs[0].layout = Layout::getRowMajor(getRank());
  tiling.granularity.assign(getRank(), 1);
  // Rows of [k][n] are short where few columns are taken: a line at least.
  int64_t outputs = params.matrixOutputs;
  tiling.granularity.back() = root->getInt("transB", 0) ? outputs : 2 * outputs;
  if (root->getName() == "onnx.Gemm")
    setFloat(2);
  bool scaled =
      root->getFloat("alpha", 1) != 1 || root->getFloat("beta", 1) != 1;
  if (plan.steps.empty() && !scaled)
    tiling.accumulator = isInteger() ? ElementType::I32 : ElementType::F32;
}

void TilingBuilder::addRows() {
  RowShape shape = *getRowShape(root);
  unsigned rank = shape.sizes.size();
  tiling.granularity.assign(getRank(), 1);
  if (plan.family == LeafFamily::Reduction) {
    // What is left of the operand's order.
    SmallVector<unsigned, 6> order;
    bool keeps = root->getInt("keepdims", 1);
    for (unsigned dim : getTensorOrder(rank)) {
      bool reduced = is_contained(shape.axes, dim);
      if (reduced && !keeps)
        continue;
      unsigned before = count_if(
          shape.axes, [&](unsigned axis) { return !keeps && axis < dim; });
      order.push_back(dim - before);
    }
    tiling.outputs[0].layout = Layout::get(order);
    return;
  }
  for (unsigned dim : shape.axes)
    tiling.granularity[dim] = shape.sizes[dim];
  if (plan.family == LeafFamily::LayerNorm)
    for (unsigned i : {1, 2})
      if (TileOperand *o = getOperand(i)) {
        o->element = ElementType::F32;
        o->layout = getAlignedLayout(shape.axes.size(), rank);
      }
}

/// Operands of elementwise operators lie as the result does.
void TilingBuilder::addSteps() {
  for (const LeafPlan::Step &step : plan.steps) {
    bool normalizes = step.op->getName() == "onnx.BatchNormalization";
    for (auto [i, operand] : enumerate(step.op->getOperands())) {
      if (!operand || !operand->isArgument())
        continue;
      TileOperand &o = tiling.inputs[operand->getIndex()];
      if (normalizes && i) {
        o.element = ElementType::F32;
        continue;
      }
      unsigned rank = operand->getTensorType().getRank();
      if (plan.root && rank == getRank())
        o.layout = tiling.outputs[0].layout;
      else
        o.layout = getAlignedLayout(rank, getRank());
    }
    // Tables of scales have their room in NRAM.
    constexpr int64_t entryBytes = 16;
    if (step.op->hasAttr("channel_scales")) {
      auto shape = *kernel.getOutput(0)->getTensorType().getStaticShape();
      tiling.maximum.assign(shape.begin(), shape.end());
      int64_t &channels =
          tiling.maximum[tiling.outputs[0].layout.getOrder().back()];
      channels = std::min(channels, parameterBytes / entryBytes / 2);
    }
  }
}

KernelTiling TilingBuilder::build() {
  auto describe = [](const Value *value) {
    TensorType type = value->getTensorType();
    return TileOperand{"nram", *getStorageElement(type.getElementType()),
                       getTensorLayout(type.getRank()), std::nullopt};
  };
  for (const Value *input : kernel.getBody().getArguments())
    tiling.inputs.push_back(describe(input));
  tiling.outputs.push_back(describe(kernel.getOutput(0)));
  switch (plan.family) {
  case LeafFamily::Convolution:
  case LeafFamily::Depthwise:
  case LeafFamily::Pool:
    addWindows();
    break;
  case LeafFamily::Product:
    addProduct();
    break;
  case LeafFamily::Softmax:
  case LeafFamily::LayerNorm:
  case LeafFamily::Reduction:
  case LeafFamily::LRN:
  case LeafFamily::IntegerSoftmax:
    addRows();
    break;
  case LeafFamily::Elementwise:
  case LeafFamily::Movement:
    break;
  }
  addSteps();
  return tiling;
}

KernelTiling MLUTileModel::getTiling(const Graph &kernel) const {
  LeafPlan plan = *planLeaf(kernel, /*isAccepted=*/true).plan;
  return TilingBuilder(kernel, plan, params).build();
}

//===----------------------------------------------------------------------===//
// Working storage
//===----------------------------------------------------------------------===//

static int64_t getVolume(ArrayRef<int64_t> sizes) {
  int64_t volume = 1;
  for (int64_t size : sizes)
    volume *= size;
  return volume;
}

int64_t mlu::getRootScratchBytes(const LeafPlan &plan, ArrayRef<int64_t> tile) {
  constexpr int64_t wordBytes = 4;
  int64_t volume = ::getVolume(tile);
  Operation *root = plan.root;
  auto along = [&] {
    RowShape shape = *getRowShape(root);
    int64_t length = 1;
    for (unsigned dim : shape.axes)
      length *= shape.sizes[dim];
    return length;
  };
  switch (plan.family) {
  case LeafFamily::Pool: {
    if (root->getName() != "quant.SumPool")
      return 0;
    WindowShape windows = getWindowShape(root);
    return tile[1] * windows.h.kernel * windows.w.kernel;
  }
  case LeafFamily::Product: {
    bool scaled = root->getFloat("alpha", 1) != 1;
    bool adds = root->getName() == "onnx.Gemm" && root->getOperand(2);
    return adds || scaled ? tile[tile.size() - 2] * tile.back() * wordBytes : 0;
  }
  case LeafFamily::Softmax: {
    int64_t tiles = root->getName() == "onnx.LogSoftmax" ? 2 : 1;
    return (tiles * volume + divideCeil(volume, along())) * wordBytes;
  }
  case LeafFamily::LayerNorm:
    return (2 * volume + divideCeil(volume, along())) * wordBytes;
  case LeafFamily::LRN:
    return 3 * volume * wordBytes;
  case LeafFamily::Reduction:
    return volume * wordBytes;
  case LeafFamily::IntegerSoftmax:
    return (along() + 1) * (wordBytes + 1) + wordBytes;
  default:
    return 0;
  }
}

SmallVector<TileScratch, 2>
MLUTileModel::getScratch(const Graph &kernel, ArrayRef<int64_t> tile) const {
  LeafPlan plan = *planLeaf(kernel, /*isAccepted=*/true).plan;
  SmallVector<TileScratch, 2> scratch;
  constexpr int64_t slotAlignment = 64;
  if (plan.numSlots)
    scratch.push_back(
        {"nram", plan.numSlots *
                     int64_t(alignTo(::getVolume(tile) * plan.slotElementBytes,
                                     slotAlignment))});
  if (plan.root)
    if (int64_t bytes = getRootScratchBytes(plan, tile))
      scratch.push_back({"nram", bytes});
  return scratch;
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// Passes over the elements of a tile that an elementwise operator takes.
static double getPasses(const Operation *op, const MachineParams &params) {
  StringRef name = op->getInfo().getShortName();
  if (name == "Table")
    return 128;
  if (op->getInfo().getDialect() == "quant")
    return name == "Requantize" ? 4 : 60;
  if (name == "Relu" || name == "Add" || name == "Sub" || name == "Mul" ||
      name == "Max" || name == "Min" || name == "LeakyRelu" ||
      name == "BatchNormalization")
    return 1;
  if (name == "Clip")
    return 2;
  return params.specialRate + 2;
}

/// Of the root alone.
static double getRootCycles(const LeafPlan &plan, ArrayRef<int64_t> tile,
                            int64_t reduction, const MachineParams &params) {
  Operation *root = plan.root;
  double volume = ::getVolume(tile);
  bool integer =
      getComputeType(root->getOperand(0)->getTensorType().getElementType()) ==
      ElemType::I8;
  int64_t lanes = params.vectorBytes / (integer ? 1 : 2);
  int64_t inputs = integer ? params.matrixInputsI8 : params.matrixInputsF16;
  int64_t outputs = params.matrixOutputs;
  switch (plan.family) {
  case LeafFamily::Convolution: {
    auto weights = *root->getOperand(1)->getTensorType().getStaticShape();
    int64_t groups = root->getInt("group", 1);
    int64_t perGroup = weights[0] / groups;
    int64_t taps = ::getVolume(ArrayRef(weights).drop_front(2));
    if (hasColumnsAsChannels(root, params))
      taps /= weights.back();
    int64_t channels = std::max<int64_t>(divideCeil(reduction, taps), 1);
    int64_t tileGroups = divideCeil(tile[1], perGroup);
    return volume / tile[1] * std::min(taps, reduction) *
           divideCeil(channels, inputs) * tileGroups *
           divideCeil(std::min(tile[1], perGroup), outputs);
  }
  case LeafFamily::Depthwise:
  case LeafFamily::Pool:
    return volume / tile[1] * reduction * divideCeil(tile[1], lanes);
  case LeafFamily::Product:
    return volume / tile.back() * divideCeil(reduction, inputs) *
           divideCeil(tile.back(), outputs);
  case LeafFamily::Softmax:
  case LeafFamily::LayerNorm:
  case LeafFamily::LRN:
    return volume / lanes * 2 * (4 + 3 * params.specialRate);
  case LeafFamily::Reduction:
    return volume * reduction / lanes + volume / lanes;
  case LeafFamily::Movement: {
    StringRef name = root->getName();
    bool rows =
        name == "onnx.Pad" || name == "onnx.Slice" || name == "onnx.Concat";
    return volume / (rows ? lanes / 2 : 2);
  }
  case LeafFamily::IntegerSoftmax:
    return volume * 100;
  case LeafFamily::Elementwise:
    break;
  }
  return 0;
}

double MLUTileModel::getComputeCycles(const Graph &kernel,
                                      ArrayRef<int64_t> tile,
                                      int64_t reduction) const {
  LeafPlan plan = *planLeaf(kernel, /*isAccepted=*/true).plan;
  double cycles = plan.root ? getRootCycles(plan, tile, reduction, params) : 0;
  double vectors =
      divideCeil(::getVolume(tile), int64_t(params.vectorBytes / 2));
  for (const LeafPlan::Step &step : plan.steps)
    cycles += vectors * getPasses(step.op, params);
  return cycles;
}

int64_t MLUTileModel::getTransferBytes(int64_t bytes, int64_t run) const {
  // Each row in whole lines.
  int64_t rows = divideCeil(bytes, run);
  return rows * alignTo(run, params.dramLine);
}
