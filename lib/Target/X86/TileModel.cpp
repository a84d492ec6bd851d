//===- TileModel.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileModel.h"
#include "KernelPlan.h"
#include "onnc/IR/Ops/Tile.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

/// Images of few channels, as those that come from a camera, aren't worth
/// vectors of them.
Layout X86TileModel::getActivationLayout(ArrayRef<int64_t> shape) const {
  if (shape.size() != 4 || shape[1] < processor.lanes)
    return Layout::getRowMajor(shape.size());
  std::string lanes = std::to_string(processor.lanes);
  return *Layout::parse("aBcd" + lanes + "b", 4);
}

BufferType X86TileModel::getTensorBuffer(TensorType type) const {
  auto shape = *type.getStaticShape();
  Layout layout = type.getElementType() == ElementType::F32
                      ? getActivationLayout(shape)
                      : Layout::getRowMajor(shape.size());
  return BufferType::get(type.getContext(), type.getElementType(), shape,
                         memorySpace, layout);
}

std::optional<std::string> X86TileModel::getRefusal(const Graph &kernel) const {
  auto plan = planKernel(kernel, processor.lanes);
  if (plan)
    return std::nullopt;
  return toString(plan.takeError());
}

/// Weights: blocks of outputs behind everything else, in front of them blocks
/// of inputs where activations have such.
Layout X86TileModel::getWeightLayout(const Operation &root,
                                     unsigned operand) const {
  TensorType type = root.getOperand(operand)->getTensorType();
  unsigned rank = type.getRank();
  auto shape = *type.getStaticShape();
  if (operand != 1 || type.getElementType() != ElementType::F32)
    return Layout::getRowMajor(rank);
  std::string lanes = std::to_string(processor.lanes);
  std::string tag;
  StringRef name = root.getName();
  if (name == "onnx.Conv") {
    auto input = *root.getOperand(0)->getTensorType().getStaticShape();
    bool blocked = !getActivationLayout(input).isRowMajor();
    auto plan = planRegisters(root, processor.lanes);
    if (!plan)
      return Layout::getRowMajor(rank);
    blocked &= !plan->perChannel;
    tag = blocked ? "AB" : "Ab";
    for (unsigned d = 2; d != rank; ++d)
      tag += static_cast<char>('a' + d);
    tag += (blocked ? lanes + "b" : "") + lanes + "a";
  } else if (name == "onnx.Gemm" || name == "onnx.MatMul") {
    if (rank < 2)
      return Layout::getRowMajor(rank);
    unsigned n = root.getInt("transB", 0) ? rank - 2 : rank - 1;
    unsigned k = 2 * rank - 3 - n;
    for (unsigned d = 0; d + 2 < rank; ++d)
      tag += static_cast<char>('a' + d);
    tag += static_cast<char>('A' + n);
    tag += static_cast<char>('a' + k);
    tag += lanes + static_cast<char>('a' + n);
  } else {
    return Layout::getRowMajor(rank);
  }
  return *Layout::parse(tag, rank);
}

KernelTiling X86TileModel::getTiling(const Graph &kernel) const {
  KernelPlan plan = cantFail(planKernel(kernel, processor.lanes));
  KernelTiling tiling;
  auto describe = [&](const Value *value) {
    BufferType type = getTensorBuffer(value->getTensorType());
    return TileOperand{memorySpace, type.getElementType(), type.getLayout(),
                       std::nullopt};
  };
  for (unsigned i = 0; i != kernel.getNumInputs(); ++i) {
    Value *input = kernel.getInput(i);
    tiling.inputs.push_back(describe(input));
    Layout layout = Layout::getRowMajor(input->getTensorType().getRank());
    if (plan.root && plan.rootClass == OpClass::Product &&
        plan.root->getOperand(1) == input && plan.root->getOperand(0) != input)
      layout = getWeightLayout(*plan.root, 1);
    else if (!plan.root || plan.root->getOperand(0) == input)
      layout = tiling.inputs.back().layout;
    tiling.constantLayouts.push_back(layout);
  }
  tiling.outputs.push_back(describe(kernel.getOutput(0)));

  auto shape = *kernel.getOutput(0)->getTensorType().getStaticShape();
  tiling.granularity.assign(shape.size(), 1);
  for (unsigned d = 0; d != shape.size(); ++d)
    tiling.granularity[d] =
        std::min<int64_t>(shape[d], tiling.outputs[0].layout.getBlockSize(d));
  if (plan.method == RootMethod::Register) {
    auto registers = *planRegisters(*plan.root, processor.lanes);
    auto &lanes = tiling.granularity[registers.laneDim];
    lanes = std::min<int64_t>(shape[registers.laneDim],
                              std::max<int64_t>(lanes, processor.lanes));
    if (!registers.windows.empty())
      tiling.granularity[registers.pixelDim] = shape[registers.pixelDim];
  }
  return tiling;
}

/// Vectors are written once, after what they are made from was read; but
/// products keep partial sums in the output.
LeafOrder X86TileModel::getLeafOrder(const Graph &kernel, unsigned input,
                                     BufferType source,
                                     BufferType result) const {
  KernelPlan plan = cantFail(planKernel(kernel, processor.lanes));
  if (plan.method == RootMethod::Register &&
      !planRegisters(*plan.root, processor.lanes)->perChannel)
    return LeafOrder::Unknown;
  // Maps and loops go through the output as it lies.
  bool inOrder = plan.method != RootMethod::Register &&
                 plan.rootClass != OpClass::Row &&
                 result.getLayout().getBlocks().empty();
  return inOrder ? LeafOrder::Storage : LeafOrder::Element;
}

/// Register tiles run at nearly the peak, what has no sums at the speed of the
/// caches.
double X86TileModel::getComputeCycles(const Graph &kernel,
                                      ArrayRef<int64_t> tile,
                                      int64_t reduction) const {
  KernelPlan plan = cantFail(planKernel(kernel, processor.lanes));
  double elements = 1;
  for (int64_t size : tile)
    elements *= size;
  double perCycle = plan.method == RootMethod::Register ? 1.8 * processor.lanes
                    : plan.method == RootMethod::None   ? processor.lanes / 2.0
                                                        : 1.0;
  return elements * std::max<int64_t>(reduction, 1) / perCycle;
}

/// Of a thread that sleeps, or waits.
double X86TileModel::getLaunchCycles(unsigned parallelism) const {
  return parallelism > 1 ? 5000 : 50;
}

double X86TileModel::getBarrierCycles(unsigned parallelism) const {
  return parallelism > 1 ? 1000 : 0;
}
