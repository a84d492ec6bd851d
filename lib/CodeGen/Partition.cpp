//===- Partition.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SingleUnit.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/Machine/OperatorModel.h"
#include "llvm/ADT/MapVector.h"

using namespace llvm;
using namespace onnc;

namespace {

/// What a unit refuses, by operator and reason, in order of first occurrence.
using Refusals = MapVector<std::pair<StringRef, StringRef>,
                           SmallVector<const Operation *, 4>>;

class PartitionPass : public PartitionBase {
public:
  using PartitionBase::PartitionBase;
  PassResult run(Module &module, PassContext &context) const override;

private:
  void assign(Region &region, Attribute unit, Refusals &refusals,
              Context &context) const;
};

} // namespace

void PartitionPass::assign(Region &region, Attribute unit, Refusals &refusals,
                           Context &context) const {
  for (Operation &op : region.getOps()) {
    if (op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      continue;
    if (auto reason = parameter.operators.getRefusal(op)) {
      refusals[{op.getName(), context.intern(*reason)}].push_back(&op);
      continue;
    }
    op.setAttr(unitAttr, unit);
    for (unsigned i = 0; i != op.getNumRegions(); ++i)
      assign(op.getRegion(i), unit, refusals, context);
  }
}

/// What the user calls \p op: its ONNX node, or its first result.
static std::string getNodeName(const Operation &op) {
  if (!op.getLoc().getName().empty())
    return op.getLoc().getName().str();
  if (op.getNumResults() != 0 && !op.getResult()->getName().empty())
    return ("%" + op.getResult()->getName()).str();
  return "unnamed";
}

static void report(const Refusals &refusals, StringRef unit) {
  constexpr size_t maxNames = 3;
  for (const auto &[what, ops] : refusals) {
    auto diag = ops.front()->emitError(DiagID::TargetUnsupportedOp);
    diag << "isn't supported by unit '" << unit << "': " << what.second << " (";
    diag << ops.size() << (ops.size() == 1 ? " operation: " : " operations: ");
    interleaveComma(ArrayRef(ops).take_front(maxNames), diag,
                    [&](const Operation *op) { diag << getNodeName(*op); });
    if (ops.size() > maxNames)
      diag << ", …";
    diag << ")";
  }
}

PassResult PartitionPass::run(Module &module, PassContext &context) const {
  const ProcessingUnit *unit =
      getSingleUnit(parameter.machine, context.getDiagnostics());
  if (!unit)
    return PassResult::error();
  Refusals refusals;
  for (const auto &graph : module.getGraphs())
    assign(graph->getBody(), StringAttr::get(unit->name), refusals,
           context.getContext());
  report(refusals, unit->name);
  if (!refusals.empty() || failed(validatePartition(module, parameter.machine)))
    return PassResult::error();
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createPartitionPass(const MachineModel &parameter) {
  return std::make_unique<PartitionPass>(parameter);
}
