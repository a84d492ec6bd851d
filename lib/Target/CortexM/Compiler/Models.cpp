//===- Models.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "../Emit/Operators.h"
#include "Borders.h"
#include "onnc/CodeGen/Kernels.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Batch, space, channels, whatever the rank of space; row-major for what has
/// no channels.
static Layout getChannelsLast(unsigned rank) {
  if (rank < 3)
    return Layout::getRowMajor(rank);
  SmallVector<unsigned, 6> order = {0};
  for (unsigned i = 2; i < rank; ++i)
    order.push_back(i);
  order.push_back(1);
  return Layout::get(order);
}

/// Tensors of rank 4 are images more often than not; those of other ranks lines
/// of a matrix.
static Layout getActivationLayout(unsigned rank) {
  return rank == 4 ? getChannelsLast(rank) : Layout::getRowMajor(rank);
}

BufferType CortexMTileModel::getTensorBuffer(TensorType type) const {
  return BufferType::get(type.getContext(), type.getElementType(),
                         *type.getStaticShape(), getBackingMemory(),
                         getActivationLayout(type.getRank()));
}

std::optional<BufferType>
CortexMTileModel::getPortBuffer(TensorType type) const {
  return BufferType::get(type.getContext(), type.getElementType(),
                         *type.getStaticShape(), getBackingMemory());
}

std::optional<std::string>
CortexMTileModel::getRefusal(const Graph &kernel) const {
  return getKernelRefusal(kernel);
}

/// How input \p value of a kernel lies if it is a constant.
static Layout getConstantLayout(const Value *value) {
  unsigned rank = value->getTensorType().getRank();
  for (const Use &use : value->getUses()) {
    Operation *op = use.getOwner();
    StringRef name = op->getName();
    if (use.getIndex() != 1)
      continue;
    if (name == "onnx.Conv" || name == "onnx.ConvInteger") {
      auto shape = *value->getTensorType().getStaticShape();
      if (shape[1] != 1 || op->getInt("group", 1) == 1)
        return getChannelsLast(rank);
      // The channels of a window's point beside each other, as in the input.
      SmallVector<unsigned, 6> order;
      for (unsigned i = 1; i < rank; ++i)
        order.push_back(i);
      order.push_back(0);
      return Layout::get(order);
    }
    bool isProduct = name == "onnx.MatMul" || name == "onnx.MatMulInteger" ||
                     name == "onnx.Gemm";
    if (isProduct && rank == 2)
      return op->getInt("transB", 0) ? Layout::getRowMajor(2)
                                     : Layout::get({1, 0});
  }
  return getActivationLayout(rank);
}

/// The dimensions of the result along which leaves go in the outermost of their
/// loops: of images, rows and columns; of matrices, rows; of sequences, places.
static SmallVector<unsigned, 2> getPlaces(const Graph &kernel) {
  unsigned rank = kernel.getOutput(0)->getTensorType().getRank();
  if (rank < 2 || rank > 4)
    return {};
  if (rank == 4)
    return {2, 3};
  // Channels of sequences that windows go over come first.
  static constexpr StringRef windowed[] = {"onnx.Conv", "onnx.ConvInteger",
                                           "onnx.MaxPool", "onnx.AveragePool",
                                           "quant.SumPool"};
  const Operation *root = tile::getRoot(kernel);
  bool isSequence =
      rank == 3 && root && is_contained(windowed, root->getName());
  return {isSequence ? 2 : rank - 2};
}

KernelTiling CortexMTileModel::getTiling(const Graph &kernel) const {
  KernelTiling tiling;
  auto describe = [&](const Value *value) {
    TensorType type = value->getTensorType();
    // Memory is one: operands are used wherever they are.
    return TileOperand{
        "", type.getElementType(), getActivationLayout(type.getRank()), {}};
  };
  for (unsigned i = 0; i < kernel.getNumInputs(); ++i) {
    tiling.inputs.push_back(describe(kernel.getInput(i)));
    tiling.constantLayouts.push_back(getConstantLayout(kernel.getInput(i)));
  }
  for (unsigned i = 0; i < kernel.getNumOutputs(); ++i)
    tiling.outputs.push_back(describe(kernel.getOutput(i)));
  auto shape = getStaticShape(kernel.getOutput(0));
  tiling.granularity.assign(shape.begin(), shape.end());
  for (unsigned dim : getPlaces(kernel))
    tiling.granularity[dim] = 1;
  return tiling;
}

LeafOrder CortexMTileModel::getLeafOrder(const Graph &kernel, unsigned input,
                                         BufferType source,
                                         BufferType result) const {
  return cortexm::getLeafOrder(kernel, input, source, result);
}

double CortexMTileModel::getComputeCycles(const Graph &, ArrayRef<int64_t> tile,
                                          int64_t reduction) const {
  double work = reduction;
  for (int64_t size : tile)
    work *= size;
  return work / unit.queues[0].ratePerCycle;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

std::optional<BufferRequest>
CortexMBufferModel::getBuffer(const Value &value) const {
  if (!value.isArgument()) {
    Operation *op = value.getDefiningOp();
    if (auto input = dyn_cast<tile::InputOp>(op))
      if (isCallersInput(input))
        return std::nullopt;
    if (getCallersOutput(*op))
      return std::nullopt;
    // What an output is copied from counts by itself.
    if (isa<tile::OutputOp>(op))
      return std::nullopt;
  }
  return TileBufferModel::getBuffer(value);
}

bool CortexMBufferModel::isPersistent(const Value &value) const {
  // The caller's array is; what it is converted to lives as long as it is used.
  Operation *op = value.getDefiningOp();
  return op && isa<tile::ConstantOp>(op);
}
