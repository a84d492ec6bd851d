//===- KernelPlan.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelPlan.h"
#include "Emit/Builder.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::isa;
using llvm::SmallVector;
using llvm::StringRef;
using namespace onnc;
using namespace onnc::x86;

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Elementwise operators of floating-point numbers and, marked by i, of
/// integers too.
static const llvm::StringMap<bool> &getElementwise() {
  static const llvm::StringMap<bool> ops = {{"Abs", true},
                                            {"Neg", true},
                                            {"Sign", true},
                                            {"Add", true},
                                            {"Sub", true},
                                            {"Mul", true},
                                            {"Div", true},
                                            {"Max", true},
                                            {"Min", true},
                                            {"Sum", true},
                                            {"Mean", false},
                                            {"Relu", true},
                                            {"Clip", true},
                                            {"Identity", true},
                                            {"Cast", true},
                                            {"Where", true},
                                            {"Equal", true},
                                            {"Less", true},
                                            {"Greater", true},
                                            {"LessOrEqual", true},
                                            {"GreaterOrEqual", true},
                                            {"And", true},
                                            {"Or", true},
                                            {"Xor", true},
                                            {"Not", true},
                                            {"Exp", false},
                                            {"Log", false},
                                            {"Sqrt", false},
                                            {"Reciprocal", false},
                                            {"Floor", false},
                                            {"Ceil", false},
                                            {"Round", false},
                                            {"Sin", false},
                                            {"Cos", false},
                                            {"Tan", false},
                                            {"Asin", false},
                                            {"Acos", false},
                                            {"Atan", false},
                                            {"Sinh", false},
                                            {"Cosh", false},
                                            {"Asinh", false},
                                            {"Acosh", false},
                                            {"Atanh", false},
                                            {"Tanh", false},
                                            {"Erf", false},
                                            {"Sigmoid", false},
                                            {"Softplus", false},
                                            {"Softsign", false},
                                            {"HardSwish", false},
                                            {"HardSigmoid", false},
                                            {"LeakyRelu", false},
                                            {"ThresholdedRelu", false},
                                            {"Elu", false},
                                            {"Selu", false},
                                            {"Celu", false},
                                            {"Gelu", false},
                                            {"Swish", false},
                                            {"Mish", false},
                                            {"PRelu", false},
                                            {"Pow", false},
                                            {"BatchNormalization", false},
                                            {"Dropout", false}};
  return ops;
}

static bool isElement(ElementType type) {
  switch (type) {
  case ElementType::F32:
  case ElementType::F64:
  case ElementType::F16:
  case ElementType::BF16:
  case ElementType::Bool:
    return true;
  default:
    return isInteger(type) && getBitWidth(type) >= 8;
  }
}

static bool computesIn(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64;
}

static Error checkTypes(const Operation &op) {
  auto check = [&](const Value *value) -> Error {
    TensorType type = value->getTensorType();
    if (!type || !type.isStatic())
      return createStringError("only tensors of static shape are supported");
    if (!isElement(type.getElementType()))
      return createStringError("element type " +
                               getName(type.getElementType()) +
                               " isn't supported");
    return Error::success();
  };
  for (Value *operand : op.getOperands())
    if (operand)
      if (Error error = check(operand))
        return error;
  if (op.getName() == "onnx.AveragePool" && op.getInt("ceil_mode", 0) &&
      op.getInt("count_include_pad", 0))
    return createStringError("averages that count padding, of windows that may "
                             "hang over it, aren't supported");
  if (op.getName() == "onnx.Pow" &&
      op.getOperand(0)->getTensorType().getElementType() !=
          op.getOperand(1)->getTensorType().getElementType())
    return createStringError("powers with an exponent of another type than the "
                             "base aren't supported");
  if (op.getNumResults() != 1) {
    for (unsigned i = 1; i != op.getNumResults(); ++i)
      if (op.getResult(i)->hasUses() || !op.getNumResults())
        return createStringError("only the first result is supported");
  }
  return check(op.getResult());
}

static bool isOnnx(const Operation &op, StringRef name) {
  StringRef own = op.getName();
  return own.consume_front("onnx.") && own == name;
}

static Error checkFloats(const Operation &op) {
  if (computesIn(op.getResult()->getTensorType().getElementType()))
    return Error::success();
  return createStringError("only f32 and f64 are supported");
}

static Error checkElementwise(const Operation &op, bool integers) {
  if (isOnnx(op, "BatchNormalization") && op.getInt("training_mode", 0))
    return createStringError("training isn't supported");
  ElementType type = op.getResult()->getTensorType().getElementType();
  if (type == ElementType::F16 || type == ElementType::BF16)
    return createStringError("arithmetic of " + getName(type) +
                             " isn't supported");
  if (!integers && !computesIn(type))
    return createStringError("only f32 and f64 are supported");
  return Error::success();
}

static std::optional<OpClass> getHeavyClass(StringRef name) {
  return llvm::StringSwitch<std::optional<OpClass>>(name)
      .Cases("Conv", "Gemm", "MatMul", OpClass::Product)
      .Cases("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
             OpClass::Window)
      .Cases("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd",
             "ReduceL1", "ReduceL2", "ReduceSumSquare", OpClass::Reduction)
      .Cases("Softmax", "LogSoftmax", "LayerNormalization", "RMSNormalization",
             "InstanceNormalization", OpClass::Row)
      .Default(std::nullopt);
}

Expected<OpClass> x86::classify(const Operation &op) {
  if (op.hasTrait(OpTrait::ConstantLike))
    return OpClass::Constant;
  if (Error error = checkTypes(op))
    return error;
  StringRef name = op.getName();
  if (name.consume_front("onnx.")) {
    if (auto it = getElementwise().find(name); it != getElementwise().end()) {
      if (Error error = checkElementwise(op, it->second))
        return error;
      return OpClass::Elementwise;
    }
    if (auto heavy = getHeavyClass(name)) {
      if (Error error = checkFloats(op))
        return error;
      if (!getIndexing(&op))
        return createStringError("its axes or windows aren't constant");
      return *heavy;
    }
    auto indexing = getIndexing(&op);
    if (indexing && indexing->isDataMovement) {
      if (name == "Pad" && op.getString("mode", "constant") != "constant")
        return createStringError("only constant padding is supported");
      return OpClass::Movement;
    }
  }
  return createStringError("there is no code for it on x86-64");
}

bool x86::isParameter(const Operation &op, unsigned index) {
  if (!op.getOperand(index))
    return true;
  auto indexing = getIndexing(&op);
  return indexing && !indexing->operands[index] && index > 0;
}

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

static SmallVector<int64_t, 6> getShape(const Value *value) {
  return *value->getTensorType().getStaticShape();
}

static std::optional<RegisterPlan> planConv(const Operation &op,
                                            unsigned lanes) {
  RegisterPlan plan;
  auto windows = getWindows(const_cast<Operation *>(&op));
  auto w = getShape(op.getOperand(1));
  if (!windows || w.size() < 3)
    return std::nullopt;
  plan.windows = *windows;
  plan.pixelDim = w.size() - 1;
  plan.groups = op.getInt("group", 1);
  plan.channels = w[1];
  int64_t outputs = w[0] / plan.groups;
  if (plan.groups > 1 && w[1] == 1 && outputs == 1) {
    plan.perChannel = true;
    plan.groups = 1;
  } else if (plan.groups > 1 && (outputs % lanes || w[1] % lanes)) {
    return std::nullopt;
  }
  return plan;
}

static std::optional<RegisterPlan> planPool(const Operation &op) {
  RegisterPlan plan;
  plan.perChannel = true;
  auto shape = getShape(op.getOperand(0));
  if (shape.size() < 3)
    return std::nullopt;
  plan.pixelDim = shape.size() - 1;
  if (isOnnx(op, "GlobalAveragePool") || isOnnx(op, "GlobalMaxPool")) {
    for (int64_t size : llvm::drop_begin(shape, 2))
      plan.windows.push_back({size, size, 1, 1, 0, 0, 1});
    return plan;
  }
  auto windows = getWindows(const_cast<Operation *>(&op));
  if (!windows)
    return std::nullopt;
  plan.windows = *windows;
  return plan;
}

static std::optional<RegisterPlan> planProduct(const Operation &op) {
  RegisterPlan plan;
  auto shape = getShape(op.getResult());
  auto a = getShape(op.getOperand(0)), b = getShape(op.getOperand(1));
  if (a.size() < 2 || b.size() < 2)
    return std::nullopt;
  plan.laneDim = shape.size() - 1;
  plan.pixelDim = shape.size() - 2;
  plan.firstWindowDim = shape.size();
  plan.channels = op.getInt("transA", 0) ? a[a.size() - 2] : a.back();
  return plan;
}

std::optional<RegisterPlan> x86::planRegisters(const Operation &root,
                                               unsigned lanes) {
  if (root.getResult()->getTensorType().getElementType() != ElementType::F32)
    return std::nullopt;
  for (Value *operand : root.getOperands())
    if (operand &&
        operand->getTensorType().getElementType() != ElementType::F32)
      return std::nullopt;
  if (isOnnx(root, "Conv"))
    return planConv(root, lanes);
  if (isOnnx(root, "Gemm") || isOnnx(root, "MatMul"))
    return planProduct(root);
  // Dilated pools and counts of what is padded are rare; loops do them.
  return planPool(root);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static std::string getOpName(const Operation &op) {
  StringRef name = op.getName();
  name.consume_front("onnx.");
  return name.lower();
}

static std::string getKernelName(const KernelPlan &plan,
                                 const Operation *last) {
  if (!plan.root)
    return last ? getOpName(*last) : "copy";
  std::string name = getOpName(*plan.root);
  if (auto windows = plan.rootClass == OpClass::Product ||
                             plan.rootClass == OpClass::Window
                         ? planRegisters(*plan.root, 1)
                         : std::nullopt;
      windows && !windows->windows.empty()) {
    name += "_";
    for (auto [i, w] : llvm::enumerate(windows->windows))
      name += (i ? "x" : "") + std::to_string(w.kernel);
    name += "_s" + std::to_string(windows->windows.back().stride);
  }
  return name;
}

static Error refuse(const Operation &op, const llvm::Twine &reason) {
  StringRef name = op.getName();
  name.consume_front("onnx.");
  return createStringError(name + ": " + reason);
}

/// Everything behind the root must use its result element by element.
static Error checkBehindRoot(const Operation &op, const KernelPlan &plan,
                             const llvm::DenseSet<const Value *> &behind) {
  for (auto [i, operand] : llvm::enumerate(op.getOperands()))
    if (behind.contains(operand) &&
        getShape(operand) != getShape(op.getResult()))
      return refuse(op,
                    "the result of " + plan.root->getName() + " is broadcast");
  return Error::success();
}

/// Constants of many values are inputs of a kernel, not part of its code.
static Error checkConstants(const Operation &op) {
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    if (!operand || isParameter(op, i))
      continue;
    Operation *from = operand->getDefiningOp();
    if (!from || !from->hasTrait(OpTrait::ConstantLike))
      continue;
    ConstantAttr value = getConstantValue(operand);
    if (!value ||
        (!value.getData().isSplat() && value.getType().getNumElements() != 1))
      return refuse(op, "a constant of several values must be an input");
  }
  return Error::success();
}

Expected<KernelPlan> x86::planKernel(const Graph &kernel, unsigned lanes) {
  if (kernel.getNumOutputs() != 1)
    return createStringError("kernels have one result");
  KernelPlan plan;
  const Operation *last = nullptr;
  llvm::DenseSet<const Value *> behind, computed;
  for (Operation &op : const_cast<Graph &>(kernel).getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator))
      continue;
    auto opClass = classify(op);
    if (!opClass)
      return refuse(op, llvm::toString(opClass.takeError()));
    if (*opClass == OpClass::Constant)
      continue;
    if (Error error = checkConstants(op))
      return error;
    last = &op;
    bool usesRoot = llvm::any_of(op.getOperands(), [&](Value *operand) {
      return operand && behind.contains(operand);
    });
    if (*opClass == OpClass::Elementwise) {
      if (Error error =
              usesRoot ? checkBehindRoot(op, plan, behind) : Error::success())
        return error;
    } else if (usesRoot) {
      return refuse(op, "it can't be computed together with " +
                            plan.root->getName() + " before it");
    } else if (*opClass != OpClass::Movement) {
      if (plan.root)
        return refuse(op, "it can't be computed together with " +
                              plan.root->getName());
      for (auto [i, operand] : llvm::enumerate(op.getOperands()))
        if (operand && computed.contains(operand) && !isParameter(op, i))
          return refuse(op, "its operands must be inputs of the kernel");
      plan.root = &op;
      plan.rootClass = *opClass;
      usesRoot = true;
    }
    computed.insert(op.getResult());
    if (usesRoot)
      behind.insert(op.getResult());
  }
  if (plan.root && !behind.contains(kernel.getOutput(0)))
    return refuse(*plan.root, "its result isn't used by the kernel's");
  if (plan.root) {
    plan.method = RootMethod::Loops;
    // Loops take constants of one element too, which are part of the code.
    bool readsInputs = llvm::all_of(
        ArrayRef(plan.root->getOperands()).take_front(2),
        [](Value *operand) { return !operand || operand->isArgument(); });
    if (readsInputs &&
        (plan.rootClass == OpClass::Product ||
         plan.rootClass == OpClass::Window) &&
        planRegisters(*plan.root, lanes))
      plan.method = RootMethod::Register;
  }
  plan.name = getKernelName(plan, last);
  return plan;
}
