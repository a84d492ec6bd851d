//===- Allocate.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Allocator.h"
#include "SingleUnit.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Ops/Tile.h"
#include "llvm/ADT/DenseSet.h"

using namespace llvm;
using namespace onnc;

namespace {
class AllocatePass : public AllocateBase {
public:
  using AllocateBase::AllocateBase;
  PassResult run(Module &module, PassContext &context) const override;
};
} // namespace

/// The only graph of a compiled model, less the kernels that it computes; null,
/// with the error reported.
static Graph *getOnlyGraph(Module &module, DiagnosticEngine &diagnostics) {
  DenseSet<const Graph *> kernels;
  module.walk([&](Operation *op) {
    if (op->hasAttr("kernel"))
      kernels.insert(tile::getKernel(op));
  });
  for (const auto &graph : module.getGraphs())
    if (graph->getName() != "main" && !kernels.contains(graph.get())) {
      diagnostics.error(DiagID::CodeGenUnsupported)
          << "only the graph 'main' can be allocated, and there is '"
          << graph->getName() << "'; functions have to be inlined before";
      return nullptr;
    }
  if (!module.getMain())
    diagnostics.error(DiagID::CodeGenUnsupported)
        << "there is no graph 'main' to allocate";
  return module.getMain();
}

PassResult AllocatePass::run(Module &module, PassContext &context) const {
  DiagnosticEngine &diagnostics = context.getDiagnostics();
  const ProcessingUnit *unit = getSingleUnit(parameter.machine, diagnostics);
  Graph *graph = unit ? getOnlyGraph(module, diagnostics) : nullptr;
  if (!graph)
    return PassResult::error();
  Allocator allocator(*graph, *unit, parameter.buffers);
  allocator.collect(inPlace);
  unsigned numErrors = diagnostics.getNumErrors();
  if (failed(allocator.plan(AllocateBase::searchNodes))) {
    if (!allocator.request)
      return PassResult::error();
    // Smaller buffers are of no use where something else is wrong, too.
    if (diagnostics.getNumErrors() == numErrors)
      return PassResult::retry(std::move(*allocator.request));
    for (Diagnostic &diag : allocator.request->errors)
      diagnostics.report(std::move(diag));
    return PassResult::error();
  }
  allocator.annotate();
  context.count(buffers, allocator.getItems().size());
  context.count(AllocateBase::inPlaceResults, allocator.getNumInPlace());
  context.count(AllocateBase::overlappingResults,
                allocator.getNumOverlapping());
  context.count(AllocateBase::visitedNodes, allocator.getNumSearchNodes());
  if (failed(validateAllocation(module, parameter.machine, parameter.buffers)))
    return PassResult::error();
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createAllocatePass(const MachineModel &parameter) {
  return std::make_unique<AllocatePass>(parameter);
}
