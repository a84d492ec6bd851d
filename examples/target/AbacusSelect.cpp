//===- AbacusSelect.cpp - From ONNX's operators to the Abacus' ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringSwitch.h"

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

/// FP32 tensors of known shape are all that its memory holds.
static bool isStorable(const Value *value) {
  TensorType type = value ? value->getTensorType() : TensorType();
  return type && type.getElementType() == ElementType::F32 &&
         type.getNumElements();
}

std::optional<std::string> abacus::getRefusal(const Operation &op) {
  bool isMatMul = op.getName() == "onnx.MatMul";
  if (!isMatMul && getVectorKind(op.getName()).empty())
    return "the Abacus has no such operator";
  if (!all_of(op.getOperands(), isStorable) || !isStorable(op.getResult()))
    return "only FP32 tensors of known shape are supported";
  if (op.getName() == "onnx.Relu")
    return std::nullopt;
  if (op.getNumOperands() != 2)
    return "only two operands are supported";
  TensorType a = op.getOperand(0)->getTensorType();
  TensorType b = op.getOperand(1)->getTensorType();
  if (isMatMul && (a.getRank() != 2 || b.getRank() != 2))
    return "only matrices are supported";
  if (!isMatMul &&
      (a != op.getResult()->getTensorType() ||
       (b.getNumElements() != a.getNumElements() && b.getNumElements() != 1)))
    return "the second operand must be as large as the first, or one element";
  return std::nullopt;
}

/// What the Abacus computes instead of \p op.
static Value *select(Operation &op, Builder &builder) {
  Type type = op.getResult()->getType();
  if (ConstantAttr value = getConstantValue(op.getResult()))
    return builder.create<abacus::ConstantOp>(type, value).getMemory();
  Value *a = op.getOperand(0);
  if (op.getName() == "onnx.MatMul")
    return builder.create<abacus::MatmulOp>(type, a, op.getOperand(1)).getY();
  Value *b;
  if (op.getName() == "onnx.Relu") { // the maximum with zero
    auto zero = ConstantAttr::getFloats(op.getContext(), {0}, /*scalar=*/true);
    b = builder.create<abacus::ConstantOp>(zero.getType(), zero).getMemory();
  } else {
    b = op.getOperand(1);
  }
  StringRef kind = getVectorKind(op.getName());
  return builder.create<abacus::VectorOp>(type, a, b, kind).getY();
}

PassResult AbacusSelect::run(Module &module, PassContext &) const {
  Region &body = module.getMain()->getBody();
  Operation *end = body.getTerminator();
  for (Value *port :
       concat<Value *const>(body.getArguments(), end->getOperands()))
    if (!isStorable(port))
      return end->emitError(DiagID::TargetUnsupportedOp)
             << "input or output '" << port->getName()
             << "' must be an FP32 tensor of known shape";

  Builder builder(module.getContext());
  builder.setInsertionPointToStart(body);
  for (Value *input : body.getArguments()) {
    auto copy = builder.create<abacus::InputOp>(input->getType(), input);
    input->replaceUsesWithIf(copy.getMemory(),
                             [&](Use &use) { return use.getOwner() != copy; });
  }
  for (Operation &op : make_early_inc_range(body.getOps())) {
    if (op.getInfo().getDialect() == "abacus" || &op == end)
      continue;
    // The partitioner has asked; a module written by hand hasn't.
    if (auto refusal = abacus::getRefusal(op);
        refusal && !getConstantValue(op.getResult()))
      return op.emitError(DiagID::TargetUnsupportedOp) << *refusal;
    builder.setInsertionPoint(&op);
    builder.setLoc(op.getLoc());
    if (op.hasUses())
      op.getResult()->replaceAllUsesWith(select(op, builder));
    op.erase();
  }
  builder.setInsertionPoint(end);
  for (Use &use : end->getOperandUses()) {
    Value *memory = use.get();
    use.set(
        builder.create<abacus::OutputOp>(memory->getType(), memory).getHost());
  }
  return PassResult::changed();
}
