//===- AbacusTiles.cpp - What can be computed, from where, at what cost ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/Kernels.h"

using namespace llvm;
using namespace onnc;

/// Tensors lie in the store row by row.
BufferType abacus::Tiles::getTensorBuffer(TensorType type) const {
  return BufferType::get(type.getContext(), type.getElementType(),
                         *type.getStaticShape(), getBackingMemory());
}

/// A vector instruction takes \p b beside rows of \p y: rows of its own, the
/// same row each time, or one element.
static bool isBeside(const Value *b, const Value *y) {
  auto shape = getStaticShape(b), rows = getStaticShape(y);
  return shape == rows || getVolume(getFullBox(shape)) == 1 ||
         (shape.size() == 1 && !rows.empty() && shape[0] == rows.back());
}

std::optional<std::string>
abacus::Tiles::getRefusal(const Graph &kernel) const {
  auto operators = getOperators(kernel);
  if (operators.size() > 1)
    return "one operator at a time";
  Operation *op = operators[0];
  for (auto &&values :
       {op->getOperands(), SmallVector<Value *, 4>(op->getResults())})
    for (Value *value : values)
      if (value && value->getTensorType().getElementType() != ElementType::F32)
        return "only FP32 is supported";
  StringRef name = op->getName();
  if (name == "onnx.Gemm" || name == "onnx.MatMul") {
    if (op->getResult()->getTensorType().getRank() != 2)
      return "only matrices are supported";
    if (op->getInt("transA", 0) || op->getInt("transB", 0) ||
        op->getFloat("alpha", 1) != 1 || op->getFloat("beta", 1) != 1)
      return "transposed and scaled operands aren't supported";
    if (Value *bias = op->getOperand(2);
        bias && !isBeside(bias, op->getResult()))
      return "the bias must be a row, or one element";
    return std::nullopt;
  }
  if (name != "onnx.Add" && name != "onnx.Mul" && name != "onnx.Relu")
    return "there is no instruction for it";
  if (op->getOperand(0)->getType() != op->getResult()->getType() ||
      !isBeside(op->getOperands().back(), op->getResult()))
    return "the second operand must be rows like the first, or one element";
  return std::nullopt;
}

/// Everything is computed on the tray; sums over parts of the columns of a
/// matrix stay there.
KernelTiling abacus::Tiles::getTiling(const Graph &kernel) const {
  KernelTiling tiling;
  auto onTray = [](const Value *value) {
    unsigned rank = value->getTensorType().getRank();
    return TileOperand{"tray", ElementType::F32, Layout::getRowMajor(rank), {}};
  };
  for (unsigned i = 0; i < kernel.getNumInputs(); ++i)
    tiling.inputs.push_back(onTray(kernel.getInput(i)));
  tiling.outputs.push_back(onTray(kernel.getOutput(0)));
  tiling.accumulator = ElementType::F32;
  return tiling;
}

/// A cycle for each multiplication or comparison.
double abacus::Tiles::getComputeCycles(const Graph &, ArrayRef<int64_t> tile,
                                       int64_t reduction) const {
  return double(getVolume(getFullBox(tile))) * reduction;
}
