//===- Kernels.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

bool onnc::isKernelParameter(const Operation &op, unsigned operand) {
  ConstantAttr constant = getConstantValue(op.getOperand(operand));
  if (!constant)
    return false;
  // Weights of a product stay an operand, however few they are.
  if (constant.getType().getNumElements().value_or(0) <= 1)
    return constant.getType().getRank() < 2 ||
           op.hasTrait(OpTrait::Elementwise);
  if (op.getInfo().getDialect() == "quant")
    return true;
  auto indexing = getIndexing(&op);
  return indexing && !indexing->operands[operand];
}

/// Names each input after the operand that it is first, with a number where the
/// name is taken.
static void nameInputs(Graph &graph) {
  StringSet<> taken;
  for (Value *input : graph.getBody().getArguments()) {
    std::string base = "x";
    if (!input->getUses().empty()) {
      const Use &use = *input->getUses().begin();
      ArrayRef<ValueInfo> infos = use.getOwner()->getInfo().operands;
      base = infos[std::min<size_t>(use.getIndex(), infos.size() - 1)].name;
    }
    std::string name = base;
    for (unsigned i = 1; !taken.insert(name).second; ++i)
      name = base + std::to_string(i);
    input->setName(name);
  }
}

KernelOutline onnc::outlineKernel(Module &module, StringRef name,
                                  ArrayRef<Operation *> ops) {
  KernelOutline outline;
  Graph &graph = module.addGraph(name);
  outline.graph = &graph;
  Region &body = graph.getBody();
  Location unknown = Location::unknown(module.getContext());
  ValueMap map;
  SmallPtrSet<Operation *, 8> members(ops.begin(), ops.end());
  // Elementwise operators share an input. Others want each of their operands in
  // its own place and layout, so a value that stands there twice is two inputs.
  DenseSet<Value *> computed;
  DenseMap<Value *, Value *> shared;
  for (Operation *op : ops) {
    SmallVector<std::pair<unsigned, Value *>, 3> own;
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      Value *operand = op->getOperand(i);
      if (!operand || computed.contains(operand))
        continue;
      if (isKernelParameter(*op, i)) {
        if (map.contains(operand))
          continue;
        Operation *constant = operand->getDefiningOp()->clone(map);
        constant->setLoc(unknown);
        constant->getResult()->setName("");
        body.push_back(constant);
        continue;
      }
      bool mayShare = op->hasTrait(OpTrait::Elementwise);
      Value *input = mayShare ? shared.lookup(operand) : nullptr;
      if (!input) {
        outline.inputs.push_back(operand);
        input = body.addArgument(operand->getType());
        if (mayShare)
          shared[operand] = input;
      }
      own.emplace_back(i, input);
    }
    Operation *copy = op->clone(map);
    for (auto [i, input] : own)
      copy->setOperand(i, input);
    copy->setLoc(unknown);
    copy->removeAttr("onnc.unit");
    for (Value *result : copy->getResults())
      result->setName("");
    body.push_back(copy);
    for (Value *result : op->getResults()) {
      computed.insert(result);
      bool used = any_of(result->getUses(), [&](const Use &use) {
        return !members.contains(use.getOwner());
      });
      if (used || (op == ops.back() && !op->hasUses()))
        outline.outputs.push_back(result);
    }
  }
  nameInputs(graph);
  SmallVector<Value *, 1> outputs;
  std::vector<std::string> names;
  for (auto [i, value] : enumerate(outline.outputs)) {
    outputs.push_back(map.lookup(value));
    names.push_back(i ? "y" + std::to_string(i) : "y");
  }
  Builder builder(module.getContext());
  builder.setInsertionPointToEnd(body);
  builder.createReturn(outputs);
  graph.setOutputNames(std::move(names));
  return outline;
}

/// "MaxPool" → "max_pool", "LSTM" → "lstm".
static std::string toSnakeCase(StringRef name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    bool starts = isUpper(name[i]) && i && !isUpper(name[i - 1]);
    if (starts)
      out += '_';
    out += toLower(name[i]);
  }
  return out;
}

std::string onnc::getKernelName(ArrayRef<Operation *> ops) {
  constexpr size_t maxParts = 4;
  std::string name;
  for (Operation *op : ops.take_front(maxParts))
    name +=
        (name.empty() ? "" : "_") + toSnakeCase(op->getInfo().getShortName());
  return name;
}

SmallVector<Operation *, 4> onnc::getOperators(const Graph &kernel) {
  SmallVector<Operation *, 4> ops;
  for (Operation &op : const_cast<Graph &>(kernel).getBody().getOps())
    if (!op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      ops.push_back(&op);
  return ops;
}

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

std::optional<TileIndexing> TileIndexing::get(const Graph &kernel,
                                              const Operation **unknown) {
  if (Error error = KernelIndexing::check(kernel)) {
    consumeError(std::move(error));
    if (unknown)
      *unknown = nullptr;
    return std::nullopt;
  }
  TileIndexing result(kernel);
  ArrayRef<KernelIndexing::Step> steps = result.indexing.getSteps();
  for (const KernelIndexing::Step &step : steps) {
    if (!step.indexing) {
      if (unknown)
        *unknown = step.op;
      return std::nullopt;
    }
    int64_t size = 1;
    for (const IterationDim &dim : step.indexing->dims)
      if (dim.isReduction)
        size *= dim.extent;
    result.reductionSize = std::max(result.reductionSize, size);
  }
  result.shape = getStaticShape(kernel.getOutput(0));
  if (steps.size() == 1 && steps[0].indexing->combiner != Combiner::None)
    for (const IterationDim &dim : steps[0].indexing->dims)
      if (dim.isReduction)
        result.reductions.push_back(dim);
  return result;
}

/// A box that holds both; along a dimension where they move differently, the
/// whole extent.
static void extend(AffineBox &box, ArrayRef<AffineRange> other,
                   ArrayRef<int64_t> extents) {
  if (box.empty() && !other.empty()) {
    box.assign(other.begin(), other.end());
    return;
  }
  for (auto [a, b, extent] : zip_equal(box, other, extents)) {
    AffineExpr distance = b.start - a.start;
    if (!distance.isConstant()) {
      a = {AffineExpr(0), extent};
      continue;
    }
    int64_t offset = distance.getConstant();
    int64_t lo = std::min<int64_t>(0, offset);
    int64_t hi = std::max(a.size, offset + b.size);
    a = {a.start + AffineExpr(lo), hi - lo};
  }
}

/// The box of result \p result that an iteration box writes.
static AffineBox getResultBox(const Indexing &indexing, unsigned result,
                              ArrayRef<AffineRange> iteration,
                              ArrayRef<int64_t> shape) {
  AffineBox box;
  for (auto [expr, extent] : zip_equal(indexing.results[result], shape))
    box.push_back(expr.getRange(iteration, extent));
  return box;
}

TileIndexing::Boxes TileIndexing::getBoxes(ArrayRef<AffineRange> box,
                                           ArrayRef<AffineRange> over) const {
  DenseMap<const Value *, AffineBox> needed;
  const Graph &kernel = indexing.getKernel();
  needed[kernel.getOutput(0)] = AffineBox(box);
  DenseMap<const Value *, AffineBox> computed = needed;
  for (const KernelIndexing::Step &step : reverse(indexing.getSteps())) {
    // From whichever result something is asked; results of one operator are
    // computed by the same iterations.
    AffineBox iteration;
    for (auto [i, result] : enumerate(step.op->getResults())) {
      auto it = needed.find(result);
      if (it == needed.end())
        continue;
      AffineBox own = step.indexing->getIterationBox(i, it->second);
      extend(iteration, own,
             getSizes(toAffine(step.indexing->getIterationSpace())));
    }
    if (iteration.empty() && !step.indexing->dims.empty())
      iteration = toAffine(step.indexing->getIterationSpace());
    unsigned next = 0;
    if (!over.empty())
      for (auto [dim, range] : zip_equal(step.indexing->dims, iteration))
        if (dim.isReduction)
          range = over[next++];
    for (auto [i, result] : enumerate(step.op->getResults()))
      if (!computed.contains(result))
        computed[result] =
            getResultBox(*step.indexing, i, iteration, getStaticShape(result));
    for (unsigned i = 0; i < step.op->getNumOperands(); ++i) {
      const Value *operand = step.op->getOperand(i);
      if (!operand || !step.indexing->operands[i])
        continue;
      auto shape = getStaticShape(operand);
      extend(needed[operand], step.indexing->getOperandBox(i, iteration, shape),
             shape);
    }
  }
  Boxes boxes;
  for (unsigned i = 0; i < kernel.getNumInputs(); ++i) {
    const Value *input = kernel.getInput(i);
    auto it = needed.find(input);
    boxes.inputs.push_back(it != needed.end()
                               ? it->second
                               : toAffine(getFullBox(getStaticShape(input))));
  }
  for (unsigned i = 0; i < kernel.getNumOutputs(); ++i) {
    const Value *output = kernel.getOutput(i);
    auto it = computed.find(output);
    boxes.outputs.push_back(it != computed.end()
                                ? it->second
                                : toAffine(getFullBox(getStaticShape(output))));
  }
  return boxes;
}

bool TileIndexing::canCut(unsigned dim) const {
  const Value *output = indexing.getKernel().getOutput(0);
  for (const KernelIndexing::Step &step : indexing.getSteps())
    for (auto [i, result] : enumerate(step.op->getResults()))
      if (result == output)
        return step.indexing->results[i][dim].getSingleDim().has_value();
  return false;
}
