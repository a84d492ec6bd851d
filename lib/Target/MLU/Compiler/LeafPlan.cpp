//===- LeafPlan.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LeafPlan.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

std::optional<ElemType> mlu::getComputeType(ElementType type) {
  switch (type) {
  case ElementType::F32:
  case ElementType::F16:
  case ElementType::Bool:
    return ElemType::F16;
  case ElementType::I8:
    return ElemType::I8;
  case ElementType::I32:
    return ElemType::I32;
  default:
    return std::nullopt;
  }
}

std::optional<ElementType> mlu::getStorageElement(ElementType type) {
  switch (type) {
  case ElementType::F32:
  case ElementType::F16:
    return ElementType::F16;
  case ElementType::I8:
  case ElementType::I32:
    return type;
  default:
    return std::nullopt;
  }
}

std::optional<ElemType> mlu::getStorageType(ElementType type) {
  return getStorageElement(type) ? getComputeType(type) : std::nullopt;
}

std::optional<LeafFamily> mlu::getFamily(const Operation *op) {
  using Result = std::optional<LeafFamily>;
  StringRef name = op->getName();
  if (name == "onnx.Conv" || name == "onnx.ConvInteger") {
    // As many groups as channels, and one output channel for each.
    auto weights = op->getOperand(1)->getTensorType().getStaticShape();
    int64_t groups = op->getInt("group", 1);
    bool depthwise =
        groups > 1 && weights && (*weights)[1] == 1 && (*weights)[0] == groups;
    return depthwise ? LeafFamily::Depthwise : LeafFamily::Convolution;
  }
  return StringSwitch<Result>(name)
      .Cases("onnx.MaxPool", "onnx.AveragePool", LeafFamily::Pool)
      .Cases("onnx.GlobalAveragePool", "onnx.GlobalMaxPool", LeafFamily::Pool)
      .Case("quant.SumPool", LeafFamily::Pool)
      .Cases("onnx.Gemm", "onnx.MatMul", "onnx.MatMulInteger",
             LeafFamily::Product)
      .Cases("onnx.Softmax", "onnx.LogSoftmax", LeafFamily::Softmax)
      .Case("onnx.LayerNormalization", LeafFamily::LayerNorm)
      .Cases("onnx.ReduceMean", "onnx.ReduceSum", "onnx.ReduceMax",
             "onnx.ReduceMin", LeafFamily::Reduction)
      .Case("onnx.LRN", LeafFamily::LRN)
      .Cases("onnx.Reshape", "onnx.Flatten", "onnx.Squeeze", "onnx.Unsqueeze",
             LeafFamily::Movement)
      .Cases("onnx.Transpose", "onnx.Slice", "onnx.Pad", "onnx.Concat",
             LeafFamily::Movement)
      .Cases("onnx.Expand", "onnx.Tile", "onnx.DepthToSpace",
             "onnx.SpaceToDepth", LeafFamily::Movement)
      .Cases("onnx.Resize", "onnx.Gather", LeafFamily::Movement)
      .Case("quant.Softmax", LeafFamily::IntegerSoftmax)
      .Default(std::nullopt);
}

static Refusal refuseRoot(LeafFamily family, Operation *op) {
  switch (family) {
  case LeafFamily::Convolution:
  case LeafFamily::Depthwise:
  case LeafFamily::Pool:
    return refuseWindows(op);
  case LeafFamily::Product:
    return refuseProduct(op);
  case LeafFamily::Softmax:
  case LeafFamily::LayerNorm:
  case LeafFamily::Reduction:
  case LeafFamily::LRN:
    return refuseRows(op);
  case LeafFamily::Movement:
    return refuseMovement(op);
  case LeafFamily::IntegerSoftmax:
    return refuseIntegerSoftmax(op);
  case LeafFamily::Elementwise:
    break;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

namespace {

class Planner {
public:
  Planner(const Graph &kernel, bool isAccepted)
      : kernel(kernel), isAccepted(isAccepted) {
    for (Operation &op : const_cast<Graph &>(kernel).getBody().getOps())
      if (!op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
        operators.push_back(&op);
  }

  Refusal run();
  LeafPlan plan;

private:
  Refusal checkTypes() const;
  Refusal checkOperands(Operation *op) const;
  void assignSlots(ArrayRef<unsigned> temporaries);
  /// The operator behind which a value isn't needed any more.
  size_t getLastUse(const Value *value) const;
  bool canUseOutput(const Value *value) const;
  bool isFinal(const Value *value) const {
    return value == kernel.getOutput(0);
  }

  const Graph &kernel;
  const bool isAccepted;
  SmallVector<Operation *, 4> operators;
};

} // namespace

static std::string describe(const Operation *op) {
  return ("'" + op->getName() + "'").str();
}

Refusal Planner::checkTypes() const {
  auto check = [](const Value *value) -> Refusal {
    auto type = dyn_cast<TensorType>(value->getType());
    if (!type || !type.getNumElements())
      return std::string("shapes must be known when the model is compiled");
    if (!getStorageType(type.getElementType()))
      return ("elements of type " + getName(type.getElementType()) +
              " aren't supported")
          .str();
    if (*type.getNumElements() == 0)
      return std::string("tensors without elements aren't supported");
    return std::nullopt;
  };
  for (Value *input : kernel.getBody().getArguments())
    if (auto no = check(input))
      return no;
  if (kernel.getNumOutputs() != 1)
    return std::string("only one result is supported");
  return check(kernel.getOutput(0));
}

/// An elementwise operator works on the output's box.
Refusal Planner::checkOperands(Operation *op) const {
  auto shapeOf = [](const Value *value) {
    return *value->getTensorType().getStaticShape();
  };
  auto shape = shapeOf(kernel.getOutput(0));
  if (shapeOf(op->getResult()) != shape)
    return describe(op) + " has another shape than what it is computed with";
  if (!getComputeType(op->getResult()->getTensorType().getElementType()))
    return describe(op) + " has a result of type " +
           op->getResult()->getType().str();
  if (op->getInfo().getDialect() == "quant")
    return std::nullopt;
  for (Value *operand : op->getOperands()) {
    if (!operand)
      continue;
    if (op->getName() == "onnx.BatchNormalization" &&
        operand != op->getOperand(0))
      continue;
    ConstantAttr constant = getConstantValue(operand);
    if (constant && constant.getType().getNumElements() != 1)
      return describe(op) + " has a constant operand that isn't a scalar";
    if (shapeOf(operand).size() > shape.size())
      return describe(op) + " has an operand of a higher rank than its result";
  }
  return std::nullopt;
}

size_t Planner::getLastUse(const Value *value) const {
  if (isFinal(value))
    return SIZE_MAX;
  size_t last = 0;
  for (auto [i, op] : enumerate(operators))
    if (is_contained(op->getOperands(), value))
      last = i;
  return last;
}

/// Operands whose place the result may take: read no later than overwritten.
static bool canOverwrite(const Operation *op, unsigned operand) {
  if (op->getInfo().getDialect() != "onnx")
    return false;
  StringRef name = op->getInfo().getShortName();
  if (name == "Cast" || name == "BatchNormalization")
    return false;
  if (operand == 0)
    return true;
  // Of two operands each element is read when its result is written.
  return operand == 1 && op->getNumOperands() == 2 && name != "PRelu";
}

/// The output's tile is the place of the result, and of what becomes it step by
/// step.
bool Planner::canUseOutput(const Value *value) const {
  auto size = [](const Value *v) {
    return elemSize(*getComputeType(v->getTensorType().getElementType()));
  };
  if (isFinal(value))
    return true;
  if (!value->hasOneUse() || size(value) != size(kernel.getOutput(0)) ||
      getComputeType(value->getTensorType().getElementType()) !=
          getStorageType(kernel.getOutput(0)->getTensorType().getElementType()))
    return false;
  const Use &use = *value->getUses().begin();
  return canOverwrite(use.getOwner(), use.getIndex());
}

void Planner::assignSlots(ArrayRef<unsigned> temporaries) {
  // Slot 0 is the output. Which value holds a slot, and until when.
  struct Slot {
    const Value *value = nullptr;
    size_t lastUse = 0;
  };
  SmallVector<Slot, 4> slots(1);
  auto allocate = [&] {
    for (unsigned s = 1; s < slots.size(); ++s)
      if (!slots[s].value)
        return s;
    slots.emplace_back();
    return unsigned(slots.size() - 1);
  };
  for (auto [i, op] : enumerate(operators)) {
    const Value *result = op->getResult();
    // Working storage is beside operands and result.
    SmallVector<unsigned, 3> own;
    bool isRoot = op == plan.root;
    for (unsigned t = 0; t < (isRoot ? 0 : temporaries[i]); ++t) {
      own.push_back(allocate());
      slots[own.back()].value = result;
    }
    std::optional<unsigned> place;
    if (canUseOutput(result)) {
      const Slot &output = slots[0];
      bool takesOver = output.value && output.lastUse == i &&
                       any_of(enumerate(op->getOperands()), [&](auto pair) {
                         return pair.value() == output.value &&
                                canOverwrite(op, pair.index());
                       });
      if (!output.value || takesOver || isFinal(result))
        place = 0;
    }
    if (!place)
      place = allocate();
    slots[*place] = {result, getLastUse(result)};
    plan.slots[result] = *place;
    for (unsigned s : own)
      slots[s].value = nullptr;
    for (unsigned s = 0; s < slots.size(); ++s)
      if (slots[s].value && slots[s].value != result && slots[s].lastUse <= i)
        slots[s].value = nullptr;
    if (!isRoot)
      plan.steps.push_back({op, own});
  }
  plan.numSlots = slots.size() - 1;
}

Refusal Planner::run() {
  if (operators.empty())
    return std::string("a kernel without operators");
  if (auto no = checkTypes())
    return no;
  Operation *first = operators.front();
  for (Operation *op : operators)
    for (unsigned i = 1; i < op->getNumResults(); ++i)
      if (op->getResult(i)->hasUses())
        return describe(op) + ": only the first result is supported";
  if (operators.back()->getResult() != kernel.getOutput(0))
    return std::string("only the last operator's result can be an output");
  if (!isElementwise(first)) {
    auto family = getFamily(first);
    if (!family)
      return std::string("the operator isn't supported");
    plan.family = *family;
    plan.root = first;
    if (auto no = refuseRoot(*family, first))
      return no;
    if (first->getResult()->getTensorType().getStaticShape() !=
        kernel.getOutput(0)->getTensorType().getStaticShape())
      return describe(operators.back()) + " has another shape than " +
             describe(first);
  }
  SmallVector<unsigned, 4> temporaries(operators.size(), 0);
  for (auto [i, op] : enumerate(operators)) {
    if (op != plan.root) {
      if (!isElementwise(op))
        return describe(op) + " isn't computed together with others";
      if (auto no = checkOperands(op))
        return no;
      if (auto no = refuseElementwise(op, temporaries[i]))
        return no;
      if (op->getName() == "quant.Sum" && !isAccepted) {
        auto sum = findFixedSum(op);
        if (!sum)
          return std::string("no multipliers of 34 bits compute this sum "
                             "exactly");
        plan.fixedSums[op] = *sum;
      }
    }
    auto type =
        getComputeType(op->getResult()->getTensorType().getElementType());
    if (!type)
      return describe(op) + " has a result of type " +
             op->getResult()->getType().str();
    // Factors of a normalisation are FP32.
    if (elemSize(*type) == 4 || op->getInfo().getDialect() == "quant" ||
        op->getName() == "onnx.BatchNormalization")
      plan.slotElementBytes = 4;
  }
  assignSlots(temporaries);
  return std::nullopt;
}

LeafPlanOrRefusal mlu::planLeaf(const Graph &kernel, bool isAccepted) {
  Planner planner(kernel, isAccepted);
  if (auto no = planner.run())
    return {std::nullopt, *no};
  return {std::move(planner.plan), ""};
}
