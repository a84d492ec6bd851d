//===- AbacusSelect.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Abacus.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;

#include "abacus/Passes.cpp.inc"

namespace {
struct AbacusSelect : abacus::AbacusSelectBase {
  PassResult run(Module &module, PassContext &context) const override;
};
} // namespace

std::unique_ptr<Pass> abacus::createAbacusSelectPass() {
  return std::make_unique<AbacusSelect>();
}

/// The instruction for an elementwise operator, or "".
static StringRef getVectorKind(StringRef onnxOp) {
  return StringSwitch<StringRef>(onnxOp)
      .Case("onnx.Add", "ADD")
      .Case("onnx.Mul", "MUL")
      .Cases("onnx.Max", "onnx.Relu", "MAX")
      .Default("");
}

std::optional<std::string> abacus::getRefusal(const Operation &op) {
  bool isMatMul = op.getName() == "onnx.MatMul";
  if (!isMatMul && getVectorKind(op.getName()).empty())
    return std::string("the operator isn't supported");
  auto isBad = [](Value *value) {
    TensorType type = value ? value->getTensorType() : TensorType();
    return !type || type.getElementType() != ElementType::F32 ||
           !type.getNumElements();
  };
  if (any_of(op.getOperands(), isBad) || isBad(op.getResult()))
    return std::string("only FP32 tensors of known shape are supported");
  TensorType a = op.getOperand(0)->getTensorType();
  if (isMatMul) {
    if (a.getRank() != 2 || op.getOperand(1)->getTensorType().getRank() != 2)
      return std::string("only matrices are supported");
    return std::nullopt;
  }
  if (op.getName() == "onnx.Relu")
    return std::nullopt;
  if (op.getNumOperands() != 2)
    return std::string("only two operands are supported");
  TensorType b = op.getOperand(1)->getTensorType();
  if (a.getShape() != op.getResult()->getTensorType().getShape() ||
      (b.getNumElements() != a.getNumElements() && b.getNumElements() != 1))
    return std::string("the second operand must have the shape of the first, "
                       "or one element");
  return std::nullopt;
}

namespace {
/// The Abacus' value for each value of the tensor level.
class Selection {
public:
  explicit Selection(Context &context) : builder(context) {}
  Builder builder;

  Value *get(Value *value) {
    if (Value *known = values.lookup(value))
      return known;
    return values[value] = constant(getConstantValue(value));
  }
  void set(Value *value, Value *selected) {
    selected->setName(value->getName());
    values[value] = selected;
  }
  Value *constant(ConstantAttr value) {
    return builder
        .create("abacus.constant", {}, {value.getType()}, {{"value", value}})
        ->getResult();
  }

private:
  DenseMap<const Value *, Value *> values;
};
} // namespace

static void select(Operation *op, Selection &s) {
  Type type = op->getResult()->getType();
  Value *a = s.get(op->getOperand(0));
  if (op->getName() == "onnx.MatMul") {
    Value *b = s.get(op->getOperand(1));
    s.set(op->getResult(),
          s.builder.create("abacus.matmul", {a, b}, {type})->getResult());
    return;
  }
  // Relu is the maximum with zero.
  Value *b = op->getNumOperands() == 2
                 ? s.get(op->getOperand(1))
                 : s.constant(ConstantAttr::getFloats(op->getContext(), {0.0f},
                                                      /*scalar=*/true));
  NamedAttr kind{"kind", StringAttr::get(getVectorKind(op->getName()))};
  s.set(op->getResult(),
        s.builder.create("abacus.vector", {a, b}, {type}, {kind})->getResult());
}

PassResult AbacusSelect::run(Module &module, PassContext &context) const {
  Graph &main = *module.getMain();
  Selection s(module.getContext());
  std::vector<Operation *> old;
  for (Operation &op : main.getBody().getOps())
    if (!op.hasTrait(OpTrait::Terminator))
      old.push_back(&op);

  s.builder.setInsertionPointToStart(main.getBody());
  for (Value *input : main.getBody().getArguments())
    s.set(input, s.builder.create("abacus.input", {input}, {input->getType()})
                     ->getResult());
  for (Operation *op : old) {
    if (getConstantValue(op->getResult()))
      continue;
    // The partitioner has asked; a module written by hand hasn't.
    if (auto refusal = abacus::getRefusal(*op))
      return op->emitError(DiagID::TargetUnsupportedOp) << *refusal;
    s.builder.setInsertionPoint(op);
    s.builder.setLoc(op->getLoc());
    select(op, s);
  }
  Operation *end = main.getBody().getTerminator();
  s.builder.setInsertionPoint(end);
  for (Use &use : end->getOperandUses())
    use.set(s.builder
                .create("abacus.output", {s.get(use.get())},
                        {use.get()->getType()})
                ->getResult());
  for (Operation *op : reverse(old))
    op->erase();
  return PassResult::changed();
}
