//===- FormBlocks.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "onnc/CodeGen/TilePasses.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace onnc;

namespace {
class FormBlocksPass : public FormBlocksBase {
public:
  using FormBlocksBase::FormBlocksBase;
  PassResult run(Module &module, PassContext &context) const override;
};
} // namespace

Operation *onnc::formBlock(ArrayRef<Operation *> calls,
                           const BlockSchedule &schedule) {
  SmallVector<Value *> operands, results;
  SmallPtrSet<Operation *, 4> members(calls.begin(), calls.end());
  for (Operation *call : calls) {
    for (Value *operand : call->getOperands())
      if (!members.contains(operand->getDefiningOp()) &&
          !is_contained(operands, operand))
        operands.push_back(operand);
    for (Value *result : call->getResults())
      if (any_of(result->getUses(), [&](const Use &use) {
            return !members.contains(use.getOwner());
          }))
        results.push_back(result);
  }
  SmallVector<Type> types;
  for (Value *result : results)
    types.push_back(result->getType());
  Builder builder(calls.back());
  std::vector<std::string> layers;
  for (Operation *call : calls)
    layers.push_back(getLayerName(*call));
  SmallVector<NamedAttr> attrs = {
      {"layers", StringsAttr::get(layers)},
      {"name", StringAttr::get(schedule.name.empty()
                                   ? tile::getKernel(calls.front())->getName()
                                   : StringRef(schedule.name))}};
  if (schedule.modelParallelism)
    attrs.push_back(
        {"model_parallelism", IntAttr::get(schedule.modelParallelism)});
  auto addSizes = [&](StringRef name, ArrayRef<int64_t> sizes) {
    if (!sizes.empty())
      attrs.push_back({name, IntsAttr::get(sizes)});
  };
  addSizes("tile", schedule.tile);
  addSizes("split", schedule.split);
  addSizes("reduction", schedule.reduction);
  Operation *block = builder.create(tile::BlockOp::getOperationName(), operands,
                                    types, attrs, /*numRegions=*/1);
  block->setLoc(calls.front()->getLoc());
  Region &body = block->getRegion();
  for (auto [outer, inner] : zip_equal(results, block->getResults())) {
    inner->setName(outer->getName());
    outer->replaceUsesWithIf(
        inner, [&](Use &use) { return !members.contains(use.getOwner()); });
  }
  for (Operation *call : calls) {
    call->remove();
    body.push_back(call);
  }
  for (Value *operand : operands) {
    Value *argument = body.addArgument(operand->getType(), operand->getName());
    operand->replaceUsesWithIf(
        argument, [&](Use &use) { return members.contains(use.getOwner()); });
  }
  builder.setInsertionPointToEnd(body);
  builder.createReturn(results);
  return block;
}

/// The calls that \p schedule names, in the order of the graph; empty, with the
/// error reported, where it can't be followed.
static SmallVector<Operation *, 4>
findCalls(const BlockSchedule &schedule,
          const StringMap<SmallVector<Operation *, 1>> &calls,
          DiagnosticEngine &diagnostics) {
  SmallVector<Operation *, 4> found;
  auto fail = [&](const Twine &why) {
    diagnostics.error(DiagID::CodeGenUnsupported)
        << "the schedule's block of '" << schedule.layers.front() << "' "
        << why.str();
    return SmallVector<Operation *, 4>();
  };
  for (const std::string &layer : schedule.layers) {
    auto it = calls.find(layer);
    if (it == calls.end())
      return fail("names the layer '" + layer + "', which isn't in the model");
    if (it->second.size() > 1)
      return fail("names the layer '" + layer + "', of which there are " +
                  Twine(it->second.size()));
    Operation *call = it->second.front();
    if (is_contained(found, call))
      return fail("names the layer '" + layer + "' twice");
    if (call->getParentOp())
      return fail("names the layer '" + layer +
                  "', which another block holds already");
    found.push_back(call);
  }
  llvm::sort(found, [](Operation *a, Operation *b) { return a->isBefore(b); });
  // The block stands where its last call does: nobody may want a result before.
  for (Operation *call : found)
    for (Value *result : call->getResults())
      for (const Use &use : result->getUses())
        if (!is_contained(found, use.getOwner()) &&
            use.getOwner()->isBefore(found.back()))
          return fail("can't be formed: '" + getLayerName(*use.getOwner()) +
                      "', which isn't in it, stands between its layers");
  return found;
}

PassResult FormBlocksPass::run(Module &module, PassContext &context) const {
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  Graph *main = module.getMain();
  StringMap<SmallVector<Operation *, 1>> calls;
  SmallVector<Operation *> order;
  for (Operation &op : main->getBody().getOps())
    if (isa<tile::CallOp>(op)) {
      calls[getLayerName(op)].push_back(&op);
      order.push_back(&op);
    }
  if (!schedule.empty()) {
    auto buffer = MemoryBuffer::getFile(schedule);
    if (!buffer) {
      DiagLocation loc;
      loc.file = schedule;
      diagnostics.error(DiagID::InputOutput, loc)
          << "can't be read: " << buffer.getError().message();
      return PassResult::error();
    }
    auto file = parseSchedule((*buffer)->getBuffer());
    if (!file) {
      DiagLocation loc;
      loc.file = schedule;
      diagnostics.error(DiagID::CodeGenUnsupported, loc)
          << toString(file.takeError());
      return PassResult::error();
    }
    for (const BlockSchedule &block : *file) {
      auto members = findCalls(block, calls, diagnostics);
      if (members.empty())
        return PassResult::error();
      formBlock(members, block);
      context.count(blocks);
    }
  }
  for (Operation *call : order) {
    if (call->getParentOp())
      continue;
    BlockSchedule single;
    single.modelParallelism = modelParallelism;
    formBlock(call, single);
    context.count(blocks);
  }
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createFormBlocksPass(const TileMachine &parameter) {
  return std::make_unique<FormBlocksPass>(parameter);
}
