//===- FuseBias.cpp -------------------------------------------------------===//
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

using namespace llvm;
using namespace onnc;

namespace {

struct FuseBias : FuseBiasBase {
  PassResult run(Module &module, PassContext &context) const override;
};

/// x + addend, where x is the only use of an operation's result and has the
/// type of the sum.
struct BiasedProduct {
  Operation *product;
  Value *addend;
};

} // namespace

/// \p names: the operators that the product may be.
static std::optional<BiasedProduct>
matchBiasedProduct(Operation *add, ArrayRef<StringRef> names) {
  for (unsigned i = 0; i < 2; ++i) {
    Value *x = add->getOperand(i);
    Operation *product = x->getDefiningOp();
    if (product && is_contained(names, product->getName()) && x->hasOneUse() &&
        x->getType() == add->getResult()->getType())
      return BiasedProduct{product, add->getOperand(1 - i)};
  }
  return std::nullopt;
}

/// The elements of \p value, one for each of \p channels, where it broadcasts
/// along all dimensions of a tensor of rank \p rank but dimension 1.
static std::optional<std::vector<double>>
getChannelElements(Value *value, unsigned rank, int64_t channels) {
  auto elements = getFloatElements(value);
  if (!elements)
    return std::nullopt;
  ArrayRef<DimExpr> shape = value->getTensorType().getShape();
  if (elements->size() == 1 && shape.size() <= rank)
    return std::vector<double>(channels, elements->front());
  // Aligned at the last dimension, the channels are dimension rank - 1 from
  // the end.
  if (shape.size() > rank || shape.size() < rank - 1 ||
      static_cast<int64_t>(elements->size()) != channels ||
      shape[shape.size() - (rank - 1)].getConstant() != channels)
    return std::nullopt;
  return elements;
}

/// The constants \p value and \p bias, added in double; the product's channels
/// are dimension 1.
static ConstantAttr addToBias(Value *value, Value *bias, TensorType product) {
  if (!product || !product.hasRank() || product.getRank() < 2)
    return ConstantAttr();
  auto channels = product.getDim(1).getConstant();
  if (!channels)
    return ConstantAttr();
  auto sum = getChannelElements(value, product.getRank(), *channels);
  if (!sum)
    return ConstantAttr();
  if (bias) {
    auto elements = getFloatElements(bias);
    if (!elements || elements->size() != sum->size())
      return ConstantAttr();
    for (auto [a, b] : zip_equal(*sum, *elements))
      a += b;
  }
  TensorType type = TensorType::get(value->getType().getContext(),
                                    product.getElementType(), {*channels});
  return roundToConstant(type, *sum);
}

static LogicalResult fuseIntoConv(Operation *op, Rewriter &rewriter) {
  auto match = matchBiasedProduct(op, {"onnx.Conv", "onnx.ConvTranspose"});
  if (!match)
    return failure();
  Operation *conv = match->product;
  ConstantAttr bias = addToBias(match->addend, conv->getOperand(2),
                                conv->getResult()->getTensorType());
  if (!bias)
    return failure();
  rewriter.setLoc(conv->getLoc());
  Value *operands[] = {conv->getOperand(0), conv->getOperand(1),
                       rewriter.constant(bias)};
  return rewriter.replace(
      op, rewriter.createInferred(conv->getName(), operands, conv->getAttrs()));
}

/// Gemm's C broadcasts to the result, as the operands of Add do: it may have
/// at most two dimensions, each 1 or that of the result.
static bool broadcastsTo(Value *value, TensorType result) {
  TensorType type = value->getTensorType();
  if (!type || !type.hasRank() || type.getRank() > 2 || !result.hasRank() ||
      result.getRank() != 2)
    return false;
  for (unsigned i = 1; i <= type.getRank(); ++i) {
    DimExpr dim = type.getDim(type.getRank() - i);
    if (dim.getConstant() != 1 &&
        (dim.isUnknown() || dim != result.getDim(2 - i)))
      return false;
  }
  return true;
}

/// beta * C + addend for constants of one shape; null where they aren't.
static ConstantAttr addToMatrixBias(onnx::GemmOp gemm, Value *addend) {
  auto bias = getFloatElements(gemm.getC()), sum = getFloatElements(addend);
  if (!bias || !sum || gemm.getC()->getType() != addend->getType())
    return ConstantAttr();
  for (auto [a, b] : zip_equal(*sum, *bias))
    a += gemm.getBeta() * b;
  return roundToConstant(addend->getTensorType(), *sum);
}

static LogicalResult fuseIntoGemm(Operation *op, Rewriter &rewriter) {
  auto match = matchBiasedProduct(op, {"onnx.Gemm"});
  if (!match)
    return failure();
  auto gemm = cast<onnx::GemmOp>(match->product);
  Value *addend = match->addend;
  if (!broadcastsTo(addend, gemm.getY()->getTensorType()))
    return failure();
  if (gemm.getC()) {
    ConstantAttr sum = addToMatrixBias(gemm, addend);
    if (!sum)
      return failure();
    addend = rewriter.constant(sum);
  }
  rewriter.setLoc(gemm->getLoc());
  SmallVector<NamedAttr, 4> attrs(gemm->getAttrs());
  erase_if(attrs, [](const NamedAttr &attr) { return attr.name == "beta"; });
  return rewriter.replace(op, rewriter.create<onnx::GemmOp>(
                                  gemm.getA(), gemm.getB(), addend, attrs));
}

PassResult FuseBias::run(Module &module, PassContext &context) const {
  static constexpr Pattern table[] = {
      {"fuse-bias-into-conv", "onnx.Add", fuseIntoConv},
      {"fuse-bias-into-gemm", "onnx.Add", fuseIntoGemm},
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

std::unique_ptr<Pass> onnc::createFuseBiasPass() {
  return std::make_unique<FuseBias>();
}
