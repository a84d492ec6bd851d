//===- FoldConstants.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WorkEstimate.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Transforms/Passes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

struct FoldConstants : FoldConstantsBase {
  PassResult run(Module &module, PassContext &context) const override;
};

/// Folds the operations of a module, each region in one sweep: what an
/// operation depends on stands before it.
class Folder {
public:
  Folder(int64_t maxGrowth, int64_t maxWork)
      : maxGrowth(maxGrowth), maxWork(maxWork) {}

  void foldRegion(Region &region);

  unsigned numFolded = 0, numTooLarge = 0, numTooLong = 0;

private:
  bool fold(Operation &op);
  ConstantAttr foldSplat(Operation &op);
  ConstantAttr foldShapeValue(Operation &op);
  bool evaluateOperation(Operation &op, SmallVectorImpl<ConstantAttr> &values);

  const int64_t maxGrowth;
  const int64_t maxWork;
};

} // namespace

//===----------------------------------------------------------------------===//
// Without computing
//===----------------------------------------------------------------------===//

/// Operators whose result has no elements but those of the first operand.
static bool movesElements(StringRef name) {
  return StringSwitch<bool>(name)
      .Cases("onnx.Expand", "onnx.Tile", "onnx.Identity", "onnx.Reshape", true)
      .Cases("onnx.Flatten", "onnx.Squeeze", "onnx.Unsqueeze", true)
      .Cases("onnx.Transpose", "onnx.Slice", "onnx.DepthToSpace",
             "onnx.SpaceToDepth", true)
      .Default(false);
}

/// The one element of \p constant under another shape.
static ConstantAttr spread(ConstantAttr constant, TensorType type) {
  const ConstantData &data = constant.getData();
  bool isSplat = data.isSplat() || constant.getType().getNumElements() == 1;
  if (!isSplat || constant.getType().getElementType() == ElementType::String ||
      !type.getByteSize())
    return ConstantAttr();
  int64_t count = *type.getNumElements();
  std::vector<char> bytes;
  if (count)
    bytes = std::vector<char>(data.getBytes());
  return ConstantAttr::get(type, ConstantData(std::move(bytes), count > 1));
}

ConstantAttr Folder::foldSplat(Operation &op) {
  TensorType type = op.getResult()->getTensorType();
  if (!type || !type.isStatic())
    return ConstantAttr();
  if (op.getName() == "onnx.ConstantOfShape") {
    auto fill = op.getAttrOfType<ConstantAttr>("value");
    // The default is a float zero.
    return spread(
        fill ? fill : ConstantAttr::getFloats(op.getContext(), {0.0f}), type);
  }
  ConstantAttr constant = getConstantValue(op.getOperand(0));
  if (!constant || !movesElements(op.getName()))
    return ConstantAttr();
  return spread(constant, type);
}

/// What inference knows of the elements, operands being constant or not.
ConstantAttr Folder::foldShapeValue(Operation &op) {
  TensorType type = op.getResult()->getTensorType();
  if (!type || type.getElementType() != ElementType::I64 || !type.isStatic())
    return ConstantAttr();
  auto dims = getShapeValue(op.getResult());
  if (!dims)
    return ConstantAttr();
  SmallVector<int64_t, 6> sizes;
  for (DimExpr dim : *dims) {
    auto size = dim.getConstant();
    if (!size)
      return ConstantAttr();
    sizes.push_back(*size);
  }
  return ConstantAttr::getInts(op.getContext(), sizes, type.getRank() == 0);
}

//===----------------------------------------------------------------------===//
// By the interpreter
//===----------------------------------------------------------------------===//

/// Where all bytes of elements are equal, one element says it all.
static ConstantAttr compress(ConstantAttr constant) {
  TensorType type = constant.getType();
  size_t size = getBitWidth(type.getElementType()) / 8;
  ArrayRef<char> bytes = constant.getData().getBytes();
  if (constant.getData().isSplat() || size == 0 || bytes.size() <= size ||
      bytes.drop_front(size) != bytes.drop_back(size))
    return constant;
  return ConstantAttr::get(
      type, ConstantData(std::vector<char>(bytes.take_front(size)),
                         /*splat=*/true));
}

bool Folder::evaluateOperation(Operation &op,
                               SmallVectorImpl<ConstantAttr> &values) {
  uint64_t budget = std::max<int64_t>(maxGrowth, 0);
  for (Value *operand : op.getOperands())
    if (ConstantAttr constant = getConstantValue(operand))
      budget =
          SaturatingAdd<uint64_t>(budget, constant.getData().getBytes().size());
  uint64_t bytes = 0;
  for (Value *result : op.getResults())
    if (TensorType type = result->getTensorType())
      bytes = SaturatingAdd<uint64_t>(bytes, type.getByteSize().value_or(0));
  if (bytes > budget) {
    ++numTooLarge;
    return false;
  }
  if (estimateWork(op) > maxWork) {
    ++numTooLong;
    return false;
  }

  // Splats are written out for the interpreter, at the cost of the budget.
  int64_t limit = std::min<uint64_t>(budget, INT64_MAX);
  auto memory = std::make_shared<MemoryBudget>(limit);
  RuntimeValues operands;
  for (Value *operand : op.getOperands()) {
    ConstantAttr constant = getConstantValue(operand);
    if (!constant) {
      operands.emplace_back();
      continue;
    }
    auto tensor = TensorValue::fromConstant(constant, memory);
    if (!tensor) {
      consumeError(tensor.takeError());
      ++numTooLarge;
      return false;
    }
    operands.push_back(std::move(*tensor));
  }
  RunOptions options;
  options.byteLimit = limit;
  auto results = evaluate(op, operands, options);
  if (!results) {
    // It may never be reached at run time.
    consumeError(results.takeError());
    return false;
  }
  for (auto [value, runtime] : zip(op.getResults(), *results)) {
    if (value->hasUses() && !runtime.isTensor())
      return false;
    values.push_back(value->hasUses() ? compress(runtime.getTensor().toConstant(
                                            op.getContext()))
                                      : ConstantAttr());
  }
  return true;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

bool Folder::fold(Operation &op) {
  constexpr uint32_t never = OpTrait::Terminator | OpTrait::SideEffect |
                             OpTrait::NonDeterministic | OpTrait::ConstantLike;
  if (op.hasTrait(never) || op.getNumRegions() || !op.hasUses())
    return false;
  SmallVector<ConstantAttr, 2> values;
  if (op.getNumResults() == 1) {
    ConstantAttr value = foldSplat(op);
    if (!value)
      value = foldShapeValue(op);
    if (value)
      values.push_back(value);
  }
  bool isConstant = all_of(op.getOperands(), [](Value *operand) {
    return !operand || getConstantValue(operand);
  });
  if (values.empty() && (!isConstant || !isInterpretable(op.getInfo()) ||
                         !evaluateOperation(op, values)))
    return false;

  Builder builder(&op);
  SmallVector<Value *, 2> replacements;
  for (const ConstantAttr &value : values)
    replacements.push_back(value ? builder.constant(value) : nullptr);
  op.replaceWith(replacements);
  ++numFolded;
  return true;
}

void Folder::foldRegion(Region &region) {
  for (Operation &op : make_early_inc_range(region.getOps())) {
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      foldRegion(op.getRegion(i));
    fold(op);
  }
}

PassResult FoldConstants::run(Module &module, PassContext &context) const {
  Folder folder(maxGrowth, maxWork);
  for (const std::unique_ptr<Graph> &graph : module.getGraphs())
    folder.foldRegion(graph->getBody());
  context.count(folded, folder.numFolded);
  context.count(tooLarge, folder.numTooLarge);
  context.count(tooLong, folder.numTooLong);
  return PassResult::changedIf(folder.numFolded != 0);
}

std::unique_ptr<Pass> onnc::createFoldConstantsPass() {
  return std::make_unique<FoldConstants>();
}
