//===- FormKernels.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Pieces.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/ADT/DenseSet.h"

using namespace llvm;
using namespace onnc;

namespace {

class FormKernelsPass : public FormKernelsBase {
public:
  using FormKernelsBase::FormKernelsBase;
  PassResult run(Module &module, PassContext &context) const override;
};

/// Makes the calls of one graph.
class KernelFormer {
public:
  KernelFormer(Module &module, const TileModel &model)
      : module(module), model(model) {}

  /// False where an operation can't be computed; reported.
  bool form(Graph &graph);

  uint64_t numKernels = 0, numCalls = 0, numFused = 0;

private:
  std::optional<std::string> refuse(ArrayRef<Operation *> ops) const;
  Operation *getCandidate(Operation *last) const;
  Graph &getKernel(ArrayRef<Operation *> ops, KernelOutline &outline);
  void call(ArrayRef<Operation *> ops);

  Module &module;
  const TileModel &model;
  DenseSet<Operation *> taken;
  /// Kernels by their text.
  StringMap<Graph *> kernels;
};

} // namespace

/// Why no target's memory can hold a value of \p type; nullopt where it can.
static std::optional<std::string> refuseType(Type type) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor)
    return "values of type '" + type.str() + "' aren't supported";
  if (!tensor.getNumElements())
    return "shapes have to be known when the model is compiled, and '" +
           type.str() + "' isn't";
  if (!tensor.getByteSize())
    return "tensors of type '" + type.str() + "' aren't supported";
  return std::nullopt;
}

/// Why the operations can't be one kernel.
static std::optional<std::string> refuseKernel(Context &context,
                                               const TileModel &model,
                                               ArrayRef<Operation *> ops) {
  for (Operation *op : ops) {
    if (op->getNumRegions())
      return "control flow isn't supported";
    for (auto &&values :
         {op->getOperands(), SmallVector<Value *, 4>(op->getResults())})
      for (Value *value : values)
        if (value && !value->getType().isNone())
          if (auto reason = refuseType(value->getType()))
            return reason;
  }
  Module scratch(context, "kernel");
  KernelOutline outline = outlineKernel(scratch, "kernel", ops);
  const Operation *unknown = nullptr;
  if (!TileIndexing::get(*outline.graph, &unknown))
    return "the operator can't be cut into tiles";
  return model.getRefusal(*outline.graph);
}

std::optional<std::string>
KernelFormer::refuse(ArrayRef<Operation *> ops) const {
  return refuseKernel(module.getContext(), model, ops);
}

/// The only user of the only result of \p last, if nothing else took it.
Operation *KernelFormer::getCandidate(Operation *last) const {
  if (last->getNumResults() != 1)
    return nullptr;
  Operation *user = nullptr;
  for (const Use &use : last->getResult()->getUses()) {
    if (user && user != use.getOwner())
      return nullptr;
    user = use.getOwner();
  }
  if (!user || user->hasTrait(OpTrait::Terminator) || taken.contains(user) ||
      user->getParentRegion() != last->getParentRegion())
    return nullptr;
  return user;
}

/// The kernel of \p ops, found among those that are there or made.
Graph &KernelFormer::getKernel(ArrayRef<Operation *> ops,
                               KernelOutline &outline) {
  std::string text;
  {
    Module scratch(module.getContext(), "kernel");
    outlineKernel(scratch, "kernel", ops);
    raw_string_ostream os(text);
    printModule(scratch, os);
  }
  std::string base = getKernelName(ops), name = base;
  for (unsigned i = 2; module.lookup(name); ++i)
    name = base + "_" + std::to_string(i);
  outline = outlineKernel(module, name, ops);
  auto [it, isNew] = kernels.try_emplace(text, outline.graph);
  if (!isNew) {
    module.eraseGraph(*outline.graph);
    outline.graph = it->second;
  } else {
    ++numKernels;
  }
  return *it->second;
}

/// Replaces \p ops by a call before the last of them.
void KernelFormer::call(ArrayRef<Operation *> ops) {
  KernelOutline outline;
  Graph &kernel = getKernel(ops, outline);
  Builder builder(ops.back());
  builder.setLoc(ops.front()->getLoc());
  SmallVector<Type, 1> types;
  for (Value *output : outline.outputs)
    types.push_back(output->getType());
  Operation *call =
      builder.create(tile::CallOp::getOperationName(), outline.inputs, types,
                     {{"kernel", SymbolAttr::get(kernel.getName())}});
  for (auto [output, result] : zip_equal(outline.outputs, call->getResults())) {
    result->setName(output->getName());
    output->replaceAllUsesWith(result);
  }
  for (Operation *op : reverse(ops))
    op->erase();
  ++numCalls;
  numFused += ops.size() - 1;
}

bool KernelFormer::form(Graph &graph) {
  SmallVector<Operation *> order;
  for (Operation &op : graph.getBody().getOps())
    if (!op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      order.push_back(&op);
  bool ok = true;
  auto checkPort = [&](Value *value, StringRef what, StringRef name) {
    auto reason = refuseType(value->getType());
    if (!reason)
      return;
    ok = false;
    module.getContext().getDiagnostics().error(DiagID::TargetUnsupportedOp)
        << what << " '" << name << "' of the model can't be held: " << *reason;
  };
  for (Value *input : graph.getBody().getArguments())
    checkPort(input, "input", input->getName());
  for (auto [i, name] : enumerate(graph.getOutputNames()))
    checkPort(graph.getOutput(i), "output", name);
  for (Operation *op : order) {
    if (taken.contains(op))
      continue;
    SmallVector<Operation *, 4> ops = {op};
    if (auto reason = refuse(ops)) {
      op->emitError(DiagID::TargetUnsupportedOp)
          << "isn't supported: " << *reason;
      ok = false;
      continue;
    }
    while (Operation *next = getCandidate(ops.back())) {
      ops.push_back(next);
      // What puts pieces beside each other may need no code at all.
      if (refuse(ops) || isMadeOfPieces(*next, model)) {
        ops.pop_back();
        break;
      }
    }
    taken.insert(ops.begin(), ops.end());
    if (ok)
      call(ops);
  }
  return ok;
}

PassResult FormKernelsPass::run(Module &module, PassContext &context) const {
  Graph *main = module.getMain();
  if (!main) {
    context.getDiagnostics().error(DiagID::CodeGenUnsupported)
        << "there is no graph 'main' to make kernels of";
    return PassResult::error();
  }
  KernelFormer former(module, parameter.model);
  if (!former.form(*main))
    return PassResult::error();
  context.count(kernels, former.numKernels);
  context.count(calls, former.numCalls);
  context.count(fused, former.numFused);
  return PassResult::changed();
}

std::unique_ptr<Pass>
onnc::createFormKernelsPass(const TileMachine &parameter) {
  return std::make_unique<FormKernelsPass>(parameter);
}

//===----------------------------------------------------------------------===//
// Operators as kernels
//===----------------------------------------------------------------------===//

std::optional<std::string>
TileOperatorModel::getRefusal(const Operation &op) const {
  return refuseKernel(op.getContext(), model, const_cast<Operation *>(&op));
}

OperationCost TileOperatorModel::getCost(const Operation &op) const {
  Module scratch(op.getContext(), "kernel");
  KernelOutline outline =
      outlineKernel(scratch, "kernel", const_cast<Operation *>(&op));
  auto indexing = TileIndexing::get(*outline.graph);
  OperationCost cost;
  cost.work = double(getVolume(getFullBox(indexing->getShape()))) *
              indexing->getReductionSize();
  for (const Value *value : outline.inputs)
    cost.bytes += model.getTensorBuffer(value->getTensorType()).getByteSize();
  for (const Value *value : outline.outputs)
    cost.bytes += model.getTensorBuffer(value->getTensorType()).getByteSize();
  double cycles = model.getComputeCycles(*outline.graph, indexing->getShape(),
                                         indexing->getReductionSize());
  unsigned cores = model.getMaxParallelism();
  const Memory &memory = unit.getMemory(model.getBackingMemory());
  cost.cycles = model.getLaunchCycles(cores) +
                std::max(cycles / cores, cost.bytes / memory.bytesPerCycle);
  return cost;
}
