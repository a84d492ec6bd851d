//===- BoxEvaluation.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Interp/BoxEvaluation.h"
#include "RestrictedOp.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

class KernelEvaluator::Impl {
public:
  Impl(const Graph &kernel, const RunOptions &options)
      : kernel(kernel), restrictor(kernel.getModule().getContext(), options) {}

  /// What an evaluation knows of every value so far.
  using Values = DenseMap<const Value *, TensorBox>;

  Error loadConstants();
  Error runStep(const KernelIndexing::Step &step,
                const std::optional<Box> &iteration, const KernelBoxes &boxes,
                bool withAddend, Values &values);
  Expected<TensorValue> getOutput(const Value *output, const Box &box,
                                  const Values &values);

  const Graph &kernel;
  OperatorRestrictor restrictor;

private:
  Expected<TensorBox> getOperand(const Value *operand, const Values &values);

  /// Those of the kernel, which every evaluation shares.
  std::optional<Values> constants;
};

KernelEvaluator::KernelEvaluator(const Graph &kernel, const RunOptions &options)
    : indexing(kernel), impl(std::make_unique<Impl>(kernel, options)) {}

KernelEvaluator::~KernelEvaluator() = default;

Error KernelEvaluator::Impl::loadConstants() {
  if (constants)
    return Error::success();
  Values loaded;
  for (const Operation &op : kernel.getBody().getOps()) {
    if (!op.hasTrait(OpTrait::ConstantLike))
      continue;
    auto results = restrictor.runConstant(op);
    if (!results)
      return results.takeError();
    loaded[op.getResult()] = std::move(*results);
  }
  constants = std::move(loaded);
  return Error::success();
}

Expected<TensorBox> KernelEvaluator::Impl::getOperand(const Value *operand,
                                                      const Values &values) {
  if (auto it = values.find(operand); it != values.end())
    return it->second;
  if (auto it = constants->find(operand); it != constants->end())
    return it->second;
  // Nothing but the type matters to the operation.
  const Shape shape = getStaticShape(operand);
  auto zeros = TensorValue::allocate(operand->getTensorType().getElementType(),
                                     shape, restrictor.getBudget());
  if (!zeros)
    return zeros.takeError();
  return TensorBox{std::move(*zeros), getFullBox(shape)};
}

Error KernelEvaluator::Impl::runStep(const KernelIndexing::Step &step,
                                     const std::optional<Box> &iteration,
                                     const KernelBoxes &boxes, bool withAddend,
                                     Values &values) {
  const Operation &op = *step.op;
  SmallVector<const Box *, 2> wanted;
  for (const Value *result : op.getResults())
    wanted.push_back(boxes.getBox(result));
  if (none_of(wanted, [](const Box *box) { return box; }))
    return Error::success();
  std::vector<std::optional<TensorBox>> operands(op.getNumOperands());
  for (auto [i, operand] : enumerate(op.getOperands())) {
    if (!operand || (!withAddend && step.indexing->addend == i))
      continue;
    auto known = getOperand(operand, values);
    if (!known)
      return known.takeError();
    operands[i] = std::move(*known);
  }
  auto results = restrictor.run(step, iteration, operands, wanted);
  if (!results)
    return results.takeError();
  for (auto [r, result] : enumerate(op.getResults()))
    if (wanted[r])
      values[result] = std::move((*results)[r]);
  return Error::success();
}

Expected<TensorValue> KernelEvaluator::Impl::getOutput(const Value *output,
                                                       const Box &box,
                                                       const Values &values) {
  if (isEmpty(box))
    return TensorValue::allocate(output->getTensorType().getElementType(),
                                 getShape(box), restrictor.getBudget());
  auto known = getOperand(output, values);
  if (!known)
    return known.takeError();
  return slice(*known, box, restrictor.getBudget());
}

Expected<std::vector<TensorValue>>
KernelEvaluator::evaluate(ArrayRef<Box> outputs, LoadInput load,
                          ArrayRef<Range> over) {
  assert((over.empty() || indexing.getSteps().size() == 1) &&
         "only one operator's reductions can be restricted");
  if (Error error = impl->loadConstants())
    return error;
  const KernelBoxes boxes = indexing.getBoxes(outputs, over);
  Impl::Values values;
  for (auto [i, input] :
       enumerate(indexing.getKernel().getBody().getArguments()))
    if (const Box *box = boxes.getBox(input)) {
      auto tensor = load(i, *box);
      if (!tensor)
        return tensor.takeError();
      values[input] = {std::move(*tensor), *box};
    }
  for (auto [step, iteration] :
       zip_equal(indexing.getSteps(), boxes.iterations))
    if (Error error = impl->runStep(step, iteration, boxes,
                                    beginsReduction(over), values))
      return error;
  std::vector<TensorValue> results;
  for (auto [i, box] : enumerate(outputs)) {
    auto output =
        impl->getOutput(indexing.getKernel().getOutput(i), box, values);
    if (!output)
      return output.takeError();
    results.push_back(std::move(*output));
  }
  return results;
}
