//===- FoldBatchNormalization.cpp -----------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Transforms/ConstantElements.h"
#include "onnc/Transforms/Passes.h"
#include "onnc/Transforms/PatternDriver.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

namespace {

struct FoldBatchNormalization : FoldBatchNormalizationBase {
  PassResult run(Module &module, PassContext &context) const override;
};

/// y = scale[c] * x + shift[c] for each channel c.
struct ChannelMap {
  std::vector<double> scale, shift;
  size_t size() const { return scale.size(); }
};

/// A product's weights: which channel of the result each element belongs to.
/// The elements of channel \c c have the indices i where
/// i / inner % numChannels == c, less what groups change.
struct WeightLayout {
  int64_t inner;
  int64_t numChannels;
  /// ConvTranspose: the first dimension of the weights, C, is split into
  /// groups, each with channels of its own. 1 elsewhere.
  int64_t groups = 1;
  int64_t groupSize = 1;

  int64_t getChannel(int64_t i) const {
    int64_t perGroup = numChannels / groups;
    int64_t channel = i / inner % perGroup;
    return channel + i / inner / perGroup / groupSize % groups * perGroup;
  }
};

} // namespace

/// BatchNormalization (ONNX, since version 15):
/// (x - mean) / sqrt(var + epsilon) * scale + B.
static std::optional<ChannelMap>
getChannelMap(onnx::BatchNormalizationOp norm) {
  auto scale = getFloatElements(norm.getScale());
  auto shift = getFloatElements(norm.getB());
  auto mean = getFloatElements(norm.getInputMean());
  auto variance = getFloatElements(norm.getInputVar());
  if (norm.getTrainingMode() || !scale || !shift || !mean || !variance ||
      shift->size() != scale->size() || mean->size() != scale->size() ||
      variance->size() != scale->size())
    return std::nullopt;
  for (unsigned i = 1; i < norm->getNumResults(); ++i)
    if (norm->getResult(i)->hasUses())
      return std::nullopt;
  for (size_t c = 0; c < scale->size(); ++c) {
    (*scale)[c] /= std::sqrt((*variance)[c] + norm.getEpsilon());
    (*shift)[c] -= (*mean)[c] * (*scale)[c];
  }
  return ChannelMap{std::move(*scale), std::move(*shift)};
}

/// Nullopt where weights and channels don't fit together.
static std::optional<WeightLayout> getWeightLayout(Operation *product,
                                                   int64_t numChannels) {
  TensorType weights = product->getOperand(1)->getTensorType();
  auto shape = weights ? weights.getStaticShape() : std::nullopt;
  if (!shape || shape->size() < 2 || !weights.getNumElements() ||
      *weights.getNumElements() == 0)
    return std::nullopt;
  int64_t count = *weights.getNumElements();
  WeightLayout layout{1, numChannels};
  if (isa<onnx::ConvOp>(product)) {
    layout.inner = count / shape->front();
    return shape->front() == numChannels ? std::optional(layout) : std::nullopt;
  }
  if (auto gemm = dyn_cast<onnx::GemmOp>(product)) {
    layout.inner = gemm.getTransB() ? shape->back() : 1;
    int64_t columns = gemm.getTransB() ? shape->front() : shape->back();
    return columns == numChannels ? std::optional(layout) : std::nullopt;
  }
  layout.groups = cast<onnx::ConvTransposeOp>(product).getGroup();
  layout.inner = count / (shape->front() * (*shape)[1]);
  if (layout.groups <= 0 || shape->front() % layout.groups ||
      (*shape)[1] * layout.groups != numChannels)
    return std::nullopt;
  layout.groupSize = shape->front() / layout.groups;
  return layout;
}

/// The product's bias, one element per channel, times its factor; zeros where
/// there is none.
static std::optional<std::vector<double>> getBias(Operation *product,
                                                  size_t numChannels) {
  Value *bias = product->getOperand(2);
  if (!bias)
    return std::vector<double>(numChannels, 0.0);
  auto elements = getFloatElements(bias);
  if (!elements)
    return std::nullopt;
  // A Gemm's may broadcast, or differ from row to row.
  ArrayRef<DimExpr> shape = bias->getTensorType().getShape();
  if (elements->size() == 1)
    elements->resize(numChannels, elements->front());
  else if (shape.back().getConstant() != static_cast<int64_t>(numChannels))
    return std::nullopt;
  if (elements->size() != numChannels)
    return std::nullopt;
  if (auto gemm = dyn_cast<onnx::GemmOp>(product))
    for (double &element : *elements)
      element *= gemm.getBeta();
  return elements;
}

/// Into the weights and the bias of the product that makes X.
static LogicalResult foldIntoProduct(Operation *op, Rewriter &rewriter) {
  auto norm = cast<onnx::BatchNormalizationOp>(op);
  Operation *product = norm.getX()->getDefiningOp();
  static constexpr StringRef products[] = {"onnx.Conv", "onnx.ConvTranspose",
                                           "onnx.Gemm"};
  if (!product || !norm.getX()->hasOneUse() ||
      !is_contained(products, product->getName()))
    return failure();
  auto map = getChannelMap(norm);
  auto weights = getFloatElements(product->getOperand(1));
  if (!map || !weights)
    return failure();
  auto layout = getWeightLayout(product, map->size());
  auto bias = getBias(product, map->size());
  if (!layout || !bias)
    return failure();

  for (auto [i, weight] : enumerate(*weights))
    weight *= map->scale[layout->getChannel(i)];
  for (auto [c, element] : enumerate(*bias))
    element = element * map->scale[c] + map->shift[c];
  TensorType type = product->getOperand(1)->getTensorType();
  ConstantAttr newWeights = roundToConstant(type, *weights);
  ConstantAttr newBias =
      roundToConstant(TensorType::get(op->getContext(), type.getElementType(),
                                      {static_cast<int64_t>(map->size())}),
                      *bias);
  if (!newWeights || !newBias)
    return failure();

  rewriter.setLoc(product->getLoc());
  Value *operands[] = {product->getOperand(0), rewriter.constant(newWeights),
                       rewriter.constant(newBias)};
  SmallVector<NamedAttr, 4> attrs(product->getAttrs());
  erase_if(attrs, [](const NamedAttr &attr) { return attr.name == "beta"; });
  return rewriter.replace(
      op, rewriter.createInferred(product->getName(), operands, attrs));
}

/// Mul and Add with constants that broadcast along all dimensions but the
/// channels.
static LogicalResult toMulAdd(Operation *op, Rewriter &rewriter) {
  auto norm = cast<onnx::BatchNormalizationOp>(op);
  TensorType type = norm.getX()->getTensorType();
  auto map = getChannelMap(norm);
  if (!map || !type || !type.hasRank() || type.getRank() < 2)
    return failure();
  SmallVector<int64_t, 6> shape(type.getRank() - 1, 1);
  shape.front() = map->size();
  TensorType vector = TensorType::get(op->getContext(), type.getElementType(),
                                      ArrayRef<int64_t>(shape));
  ConstantAttr scale = roundToConstant(vector, map->scale);
  ConstantAttr shift = roundToConstant(vector, map->shift);
  if (!scale || !shift)
    return failure();
  auto scaled =
      rewriter.create<onnx::MulOp>(norm.getX(), rewriter.constant(scale));
  if (!scaled)
    return failure();
  return rewriter.replace(op, rewriter.create<onnx::AddOp>(
                                  scaled.getC(), rewriter.constant(shift)));
}

PassResult FoldBatchNormalization::run(Module &module,
                                       PassContext &context) const {
  static constexpr Pattern table[] = {
      {"fold-into-product", "onnx.BatchNormalization", foldIntoProduct},
      {"batch-normalization-to-mul-add", "onnx.BatchNormalization", toMulAdd},
  };
  PatternSet patterns(context.getContext());
  patterns.add(table);
  RewriteCounts counts;
  if (failed(applyPatterns(module, patterns, counts)))
    return PassResult::error();
  context.count(applied, counts.applied);
  context.count(removed, counts.removed);
  return PassResult::changedIf(counts.any());
}

std::unique_ptr<Pass> onnc::createFoldBatchNormalizationPass() {
  return std::make_unique<FoldBatchNormalization>();
}
