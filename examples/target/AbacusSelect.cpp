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

/// The instruction for an ONNX operator, or "". Canonical IR multiplies
/// matrices with Gemm.
static StringRef getInstruction(const Operation &op) {
  return StringSwitch<StringRef>(op.getName())
      .Cases("onnx.MatMul", "onnx.Gemm", "MATMUL")
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

/// Vector instructions take \p b beside as many elements as \p a has.
static bool isPair(const Value *a, const Value *b) {
  auto count = b->getTensorType().getNumElements();
  return count == 1 || count == a->getTensorType().getNumElements();
}

std::optional<std::string> abacus::getRefusal(const Operation &op) {
  StringRef instruction = getInstruction(op);
  if (instruction.empty())
    return "there is no instruction for it";
  auto xs = op.getOperands();
  llvm::erase(xs, nullptr); // a bias that isn't there
  Value *y = op.getResult();
  if (!all_of(xs, isStorable) || !isStorable(y))
    return "only FP32 tensors of known shape are supported";
  if (instruction == "MATMUL") {
    if (xs[0]->getTensorType().getRank() != 2 ||
        xs[1]->getTensorType().getRank() != 2)
      return "only matrices are supported";
    if (op.getInt("transA", 0) || op.getInt("transB", 0) ||
        op.getFloat("alpha", 1) != 1 || op.getFloat("beta", 1) != 1)
      return "transposed and scaled operands aren't supported";
    if (xs.size() == 3 && !isPair(y, xs[2]))
      return "the bias must be as large as the result, or one element";
  } else if (xs.size() != (op.getName() == "onnx.Relu" ? 1 : 2)) {
    return "only two operands are supported";
  } else if (xs[0]->getType() != y->getType() || !isPair(y, xs.back())) {
    return "the second operand must be as large as the first, or one element";
  }
  return std::nullopt;
}

/// What the Abacus computes instead of \p op.
static Value *select(Operation &op, Builder &builder) {
  Type type = op.getResult()->getType();
  if (ConstantAttr value = getConstantValue(op.getResult()))
    return builder.create<abacus::ConstantOp>(type, value).getMemory();
  StringRef kind = getInstruction(op);
  Value *a = op.getOperand(0);
  Value *b = op.getNumOperands() > 1 ? op.getOperand(1) : nullptr;
  if (kind == "MATMUL") {
    a = builder.create<abacus::MatmulOp>(type, a, b).getY();
    b = op.getNumOperands() > 2 ? op.getOperand(2) : nullptr;
    if (!b)
      return a;
    kind = "ADD";
  } else if (!b) { // the maximum with zero is Relu
    auto zero = ConstantAttr::getFloats(op.getContext(), {0}, /*scalar=*/true);
    b = builder.create<abacus::ConstantOp>(zero.getType(), zero).getMemory();
  }
  return builder.create<abacus::VectorOp>(type, a, b, kind).getY();
}

PassResult AbacusSelect::run(Module &module, PassContext &) const {
  Region &body = module.getMain()->getBody();
  Operation *end = body.getTerminator();
  auto ports = to_vector(end->getOperands());
  append_range(ports, body.getArguments());
  for (Value *port : ports)
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
