//===- KernelIndexing.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/KernelIndexing.h"

using namespace llvm;
using namespace onnc;

SmallVector<int64_t, 6> onnc::getStaticShape(const Value *tensor) {
  auto shape = tensor->getTensorType().getStaticShape();
  assert(shape && "the tensor has a static shape");
  return *shape;
}

bool onnc::beginsReduction(ArrayRef<Range> over) {
  return all_of(over, [](Range range) { return range.lo <= 0; });
}

Error KernelIndexing::check(const Graph &kernel) {
  auto complain = [&](const Value *value) {
    return createStringError("a value of the kernel '@" + kernel.getName() +
                             "' is of type " + value->getType().str() +
                             ", not a tensor of static shape");
  };
  auto isStatic = [](const Value *value) {
    TensorType type = value->getTensorType();
    return type && type.getNumElements();
  };
  for (const Value *input : kernel.getBody().getArguments())
    if (!isStatic(input))
      return complain(input);
  for (const Operation &op : kernel.getBody().getOps())
    for (const Value *result : op.getResults())
      if (result->hasUses() && !isStatic(result))
        return complain(result);
  return Error::success();
}

KernelIndexing::KernelIndexing(const Graph &kernel) : kernel(kernel) {
  for (const Operation &op : kernel.getBody().getOps())
    if (!op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      steps.push_back({&op, getIndexing(&op)});
}

KernelBoxes KernelIndexing::getBoxes(ArrayRef<Box> outputs,
                                     ArrayRef<Range> over) const {
  KernelBoxes needed;
  auto need = [&](const Value *value, const Box &box) {
    if (isEmpty(box))
      return;
    auto [it, isNew] = needed.boxes.try_emplace(value, box);
    if (!isNew)
      it->second = unite(it->second, box);
  };
  for (auto [i, box] : enumerate(outputs))
    need(kernel.getOutput(i), box);

  needed.iterations.resize(steps.size());
  for (size_t s = steps.size(); s-- > 0;) {
    const auto &[op, indexing] = steps[s];
    if (none_of(op->getResults(),
                [&](const Value *result) { return needed.getBox(result); }))
      continue;
    if (!indexing) {
      for (const Value *operand : op->getOperands())
        if (operand)
          need(operand, getFullBox(getStaticShape(operand)));
      continue;
    }
    std::optional<Box> &iteration = needed.iterations[s];
    for (auto [r, result] : enumerate(op->getResults()))
      if (const Box *box = needed.getBox(result)) {
        Box part = indexing->getIterationBox(r, *box);
        iteration = iteration ? unite(*iteration, part) : part;
      }
    unsigned next = 0;
    for (auto [d, dim] : enumerate(indexing->dims))
      if (dim.isReduction && next < over.size())
        (*iteration)[d] = (*iteration)[d].intersect(over[next++]);
    for (auto [i, operand] : enumerate(op->getOperands())) {
      if (!operand || (indexing->addend == i && !beginsReduction(over)))
        continue;
      auto shape = getStaticShape(operand);
      if (indexing->operands[i])
        need(operand, indexing->getOperandBox(i, *iteration, shape));
      else if (operand->getDefiningOp())
        // A parameter; of an input only the type matters.
        need(operand, getFullBox(shape));
    }
  }
  return needed;
}
