//===- MLUSelect.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUPasses.h"
#include "Selection.h"
#include "onnc/CodeGen/MachineModel.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

namespace {
struct MLUSelect : MLUSelectBase {
  using MLUSelectBase::MLUSelectBase;
  PassResult run(Module &module, PassContext &context) const override;
};
} // namespace

/// Every input of the graph becomes one of the program, used or not.
static LogicalResult selectInputs(Graph &graph, Selection &s) {
  s.builder.setInsertionPointToStart(graph.getBody());
  for (Value *input : graph.getBody().getArguments()) {
    if (auto no =
            refuseValue(input, "the input '" + input->getName().str() + "'"))
      return graph.getModule().getContext().getDiagnostics().error(
                 DiagID::TargetUnsupportedOp)
             << *no;
    Operation *op = s.builder.create(InputOp::getOperationName(), {input},
                                     {s.getDeviceType(input)});
    s.set(input, op->getResult());
  }
  return success();
}

static LogicalResult selectOutputs(Graph &graph, Selection &s) {
  Operation *end = graph.getBody().getTerminator();
  s.builder.setInsertionPoint(end);
  s.builder.setLoc(end->getLoc());
  for (Use &use : end->getOperandUses()) {
    Value *value = use.get();
    if (auto no = refuseValue(value,
                              "the output '" +
                                  graph.getOutputNames()[use.getIndex()] + "'"))
      return end->emitError(DiagID::TargetUnsupportedOp) << *no;
    Operation *op = s.builder.create(OutputOp::getOperationName(),
                                     {s.get(value)}, {value->getType()});
    use.set(op->getResult());
  }
  return success();
}

PassResult MLUSelect::run(Module &module, PassContext &context) const {
  Graph *main = module.getMain();
  if (!main)
    return context.getDiagnostics().error(DiagID::TargetUnsupportedOp)
           << "the module has no graph 'main'";
  Selection selection(module.getContext());
  if (failed(selectInputs(*main, selection)))
    return PassResult::error();

  std::vector<Operation *> old;
  for (Operation &op : main->getBody().getOps())
    if (op.getInfo().getDialect() != "mlu" && !op.hasTrait(OpTrait::Terminator))
      old.push_back(&op);
  for (Operation *op : old) {
    if (getConstantValue(op->getNumResults() ? op->getResult() : nullptr))
      continue;
    const SelectionRule *rule = findRule(op->getName());
    if (!rule)
      return op->emitError(DiagID::TargetUnsupportedOp)
             << "isn't supported by the MLU";
    if (auto no = rule->refuse(op))
      return op->emitError(DiagID::TargetUnsupportedOp) << *no;
    selection.builder.setInsertionPoint(op);
    selection.builder.setLoc(op->getLoc());
    rule->select(op, selection);
    context.count(selected);
  }
  if (failed(selectOutputs(*main, selection)))
    return PassResult::error();
  for (Operation *op : reverse(old))
    op->erase();
  return PassResult::changed();
}

std::unique_ptr<Pass> mlu::createMLUSelectPass(const MachineParams &machine) {
  return std::make_unique<MLUSelect>(machine);
}
