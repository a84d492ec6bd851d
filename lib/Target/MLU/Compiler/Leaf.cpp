//===- Leaf.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "../Float16.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

const DeviceView *Leaf::getInput(const Value *value) const {
  if (!value || !value->isArgument())
    return nullptr;
  return &inputs[value->getIndex()];
}

DeviceView Leaf::getSlot(unsigned slot, ElemType type) const {
  DeviceView view = output;
  if (!slot) {
    assert(type == output.type && "a value of another type in the output");
    return view;
  }
  view.type = type;
  view.space = MemorySpace::Nram;
  view.address = slots + (slot - 1) * slotBytes;
  int64_t stride = 1;
  for (unsigned dim : reverse(view.order)) {
    view.strides[dim] = stride;
    stride *= view.getSize(dim);
  }
  return view;
}

DeviceView Leaf::getResult(const Value *value) const {
  ElementType element = value->getTensorType().getElementType();
  unsigned slot = plan.slots.lookup(value);
  // Sums that are cut stand in the output as they are.
  return getSlot(slot, slot ? *getComputeType(element) : output.type);
}

VectorCode Leaf::getVectors() const {
  SmallVector<int64_t, 6> sizes;
  for (Range range : output.box)
    sizes.push_back(range.size());
  return VectorCode(code, sizes, output.order);
}

/// What stands in \p view for each element of \p box: dimensions align at the
/// end.
static VectorOperand broadcast(const DeviceView &view, ArrayRef<Range> box) {
  VectorOperand operand;
  operand.type = view.type;
  operand.address = view.address;
  operand.strides.assign(box.size(), 0);
  for (unsigned i = 0; i < view.getRank(); ++i) {
    unsigned dim = box.size() - view.getRank() + i;
    if (view.domain[i] == 1)
      continue;
    operand.strides[dim] = view.strides[i];
    operand.address +=
        (box[dim].lo - view.box[i].lo) * view.strides[i] * elemSize(view.type);
  }
  return operand;
}

std::optional<double> mlu::getScalar(const Value *value) {
  ConstantAttr constant = getConstantValue(value);
  if (!constant || constant.getType().getNumElements() != 1)
    return std::nullopt;
  return readNumbers(constant)[0];
}

VectorOperand Leaf::getOperand(const Value *value) const {
  if (auto scalar = getScalar(value))
    return VectorOperand::number(*scalar);
  if (const DeviceView *input = getInput(value))
    return broadcast(*input, output.box);
  return VectorCode::getOperand(getResult(value));
}

void mlu::emitLeaf(Leaf &leaf) {
  switch (leaf.plan.family) {
  case LeafFamily::Elementwise:
    break;
  case LeafFamily::Convolution:
    emitConvolution(leaf);
    break;
  case LeafFamily::Depthwise:
    emitDepthwise(leaf);
    break;
  case LeafFamily::Pool:
    emitPool(leaf);
    break;
  case LeafFamily::Product:
    emitProduct(leaf);
    break;
  case LeafFamily::Softmax:
    emitSoftmax(leaf);
    break;
  case LeafFamily::LayerNorm:
    emitLayerNorm(leaf);
    break;
  case LeafFamily::Reduction:
    emitReduction(leaf);
    break;
  case LeafFamily::LRN:
    emitLRN(leaf);
    break;
  case LeafFamily::Movement:
    emitMovement(leaf);
    break;
  case LeafFamily::IntegerSoftmax:
    emitIntegerSoftmax(leaf);
    break;
  }
  for (const LeafPlan::Step &step : leaf.plan.steps)
    if (!emitQuantized(leaf, step))
      emitElementwise(leaf, step);
}

template <typename T>
static void append(const ConstantData &data, size_t count,
                   std::vector<double> &out) {
  for (size_t i = 0; i < count; ++i)
    out.push_back(static_cast<double>(data.get<T>(i)));
}

std::vector<double> mlu::readNumbers(ConstantAttr constant) {
  std::vector<double> out;
  size_t count = *constant.getType().getNumElements();
  const ConstantData &data = constant.getData();
  switch (constant.getType().getElementType()) {
  case ElementType::F32:
    append<float>(data, count, out);
    break;
  case ElementType::F64:
    append<double>(data, count, out);
    break;
  case ElementType::F16:
    for (size_t i = 0; i < count; ++i)
      out.push_back(fromHalf(data.get<uint16_t>(i)));
    break;
  case ElementType::I8:
    append<int8_t>(data, count, out);
    break;
  case ElementType::U8:
  case ElementType::Bool:
    append<uint8_t>(data, count, out);
    break;
  case ElementType::I16:
    append<int16_t>(data, count, out);
    break;
  case ElementType::U16:
    append<uint16_t>(data, count, out);
    break;
  case ElementType::I32:
    append<int32_t>(data, count, out);
    break;
  case ElementType::U32:
    append<uint32_t>(data, count, out);
    break;
  case ElementType::I64:
    append<int64_t>(data, count, out);
    break;
  default:
    break;
  }
  return out;
}
