//===- RewriteForMemory.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Ahn et al., "Ordering chaos: memory-aware scheduling of irregularly wired
/// neural networks for edge devices", MLSys 2020, section 3.3, as a search:
/// what goes is decided by the peak that the scheduler reaches.
///
//===----------------------------------------------------------------------===//

#include "TensorSchedule.h"
#include "onnc/CodeGen/ScheduleSolver.h"
#include "onnc/CodeGen/TensorPasses.h"
#include "onnc/IR/Builder.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Constants, cut along a dimension
//===----------------------------------------------------------------------===//

static ConstantAttr getConstant(const Value *value) {
  const Operation *definer = value ? value->getDefiningOp() : nullptr;
  if (!definer || definer->getName() != "onnx.Constant")
    return ConstantAttr();
  return definer->getAttrOfType<ConstantAttr>("value");
}

/// The elements from \p begin to \p end of dimension \p dim.
static Value *sliceConstant(Builder &builder, ConstantAttr constant,
                            unsigned dim, int64_t begin, int64_t end) {
  auto shape = *constant.getType().getStaticShape();
  int64_t outer = 1, inner = 1;
  for (auto [i, size] : enumerate(shape))
    (i < dim ? outer : inner) *= i == dim ? 1 : size;
  std::vector<char> bytes = constant.getData().materialize(constant.getType());
  int64_t rowBytes = bytes.size() / (outer * shape[dim]);
  std::vector<char> part;
  part.reserve(outer * (end - begin) * rowBytes);
  for (int64_t i = 0; i != outer; ++i) {
    auto row = bytes.begin() + (i * shape[dim] + begin) * rowBytes;
    part.insert(part.end(), row, row + (end - begin) * rowBytes);
  }
  shape[dim] = end - begin;
  TensorType type =
      TensorType::get(builder.getContext(), constant.getType().getElementType(),
                      ArrayRef<int64_t>(shape));
  return builder.constant(
      ConstantAttr::get(type, ConstantData(std::move(part))));
}

/// Its elements can be cut apart: each takes whole bytes, and there are some.
static bool canSlice(ConstantAttr constant) {
  if (!constant)
    return false;
  auto count = constant.getType().getNumElements();
  auto size = constant.getType().getByteSize();
  return count && size && *count > 0 && *size >= *count;
}

//===----------------------------------------------------------------------===//
// Operations, part by part
//===----------------------------------------------------------------------===//

namespace {

/// What is joined: channels (dimension 1) of tensors of one shape otherwise.
using Parts = SmallVector<Value *, 4>;

} // namespace

static int64_t getChannels(const Value &value) {
  return *value.getTensorType().getDim(1).getConstant();
}

/// \p a is computed before \p b; arguments are there first.
static bool isThereBefore(const Value *a, const Value *b) {
  const Operation *x = a->getDefiningOp(), *y = b->getDefiningOp();
  return y && (!x || (x != y && x->isBefore(y)));
}

/// The operands of a Concat of channels; empty where \p op is none.
static Parts getParts(const Operation &op) {
  if (op.getName() != "onnx.Concat" || op.getNumOperands() < 2)
    return {};
  TensorType type = op.getResult()->getTensorType();
  if (!type || !type.isStatic() || type.getRank() < 3)
    return {};
  int64_t axis = op.getInt("axis", 0);
  if ((axis < 0 ? axis + int64_t(type.getRank()) : axis) != 1)
    return {};
  Parts parts;
  for (Value *operand : op.getOperands()) {
    if (!operand->getTensorType() || !operand->getTensorType().isStatic())
      return {};
    parts.push_back(operand);
  }
  return parts;
}

static bool isConvolution(const Operation &op) {
  return op.getName() == "onnx.Conv" || op.getName() == "onnx.ConvInteger";
}

/// A convolution over all channels of operand 0, with weights that can be cut.
static bool isFullConvolution(const Operation &op) {
  return isConvolution(op) && op.getInt("group", 1) == 1 &&
         canSlice(getConstant(op.getOperand(1)));
}

/// A convolution of each channel of its own. What stands behind the weights is
/// cut with them, or one element for all.
static bool isDepthwise(const Operation &op) {
  if (!isConvolution(op) || op.getInt("group", 1) == 1 ||
      op.getInt("group", 1) != getChannels(*op.getOperand(0)) ||
      !canSlice(getConstant(op.getOperand(1))))
    return false;
  for (unsigned i = 2; i < op.getNumOperands(); ++i)
    if (op.getOperand(i) && !canSlice(getConstant(op.getOperand(i))))
      return false;
  return true;
}

/// Computes each channel from that of operand 0 alone, by attributes and
/// operands that hold for all channels.
static bool isChannelwise(const Operation &op) {
  static constexpr StringRef pools[] = {"onnx.AveragePool",
                                        "onnx.GlobalAveragePool",
                                        "onnx.GlobalMaxPool", "onnx.MaxPool"};
  if (op.getNumResults() != 1 || op.getNumRegions() != 0)
    return false;
  if (is_contained(pools, op.getName()))
    return true;
  if (!op.hasTrait(OpTrait::Elementwise) ||
      op.hasTrait(OpTrait::NonDeterministic))
    return false;
  TensorType result = op.getResult()->getTensorType();
  if (!result || !result.hasRank() ||
      result.getShape() != op.getOperand(0)->getTensorType().getShape())
    return false;
  for (unsigned i = 1; i < op.getNumOperands(); ++i) {
    const Value *operand = op.getOperand(i);
    if (operand && (!getConstant(operand) ||
                    operand->getTensorType().getNumElements() != 1))
      return false;
  }
  return true;
}

/// \p use can take what is joined in parts.
static bool canDistribute(const Use &use) {
  const Operation &op = *use.getOwner();
  if (op.getOperand(0) != use.get() ||
      count_if(op.getOperands(), [&](Value *v) { return v == use.get(); }) != 1)
    return false;
  return isFullConvolution(op) || isDepthwise(op) || isChannelwise(op);
}

namespace {

/// Lets those who use joined parts take them one by one.
class Distributor {
public:
  /// Reports nothing: all that it creates is inferred from what stands there.
  void distribute(Operation &concat);

private:
  void distributeUses(Value &joined, ArrayRef<Value *> parts, unsigned depth);
  void sumUp(Operation &conv, ArrayRef<Value *> parts);
  Parts splitDepthwise(Operation &conv, ArrayRef<Value *> parts);
  Parts repeat(Operation &op, ArrayRef<Value *> parts);
};

} // namespace

/// All of \p attributes, with another number of groups.
static SmallVector<NamedAttr, 4> withGroups(ArrayRef<NamedAttr> attributes,
                                            int64_t groups) {
  SmallVector<NamedAttr, 4> result(attributes);
  for (NamedAttr &attribute : result)
    if (attribute.name == "group")
      attribute.value = IntAttr::get(groups);
  return result;
}

void Distributor::sumUp(Operation &conv, ArrayRef<Value *> parts) {
  Builder builder(&conv);
  ConstantAttr weights = getConstant(conv.getOperand(1));
  // In the order in which the parts are there.
  SmallVector<std::pair<Value *, int64_t>, 4> sorted;
  int64_t channel = 0;
  for (Value *part : parts) {
    sorted.push_back({part, channel});
    channel += getChannels(*part);
  }
  llvm::stable_sort(sorted, [](const auto &a, const auto &b) {
    return isThereBefore(a.first, b.first);
  });
  Value *sum = nullptr;
  bool isInteger = conv.getName() == "onnx.ConvInteger";
  for (auto [part, begin] : sorted) {
    SmallVector<Value *, 4> operands = conv.getOperands();
    operands[0] = part;
    operands[1] =
        sliceConstant(builder, weights, 1, begin, begin + getChannels(*part));
    // The bias counts once, zero points for each.
    if (sum && !isInteger)
      operands.truncate(2);
    Value *product =
        builder.createInferred(conv.getName(), operands, conv.getAttrs())
            ->getResult();
    Value *both[] = {sum, product};
    sum = sum ? builder.createInferred("onnx.Add", both)->getResult() : product;
  }
  Value *results[] = {sum};
  conv.replaceWith(results);
}

Parts Distributor::splitDepthwise(Operation &conv, ArrayRef<Value *> parts) {
  Builder builder(&conv);
  ConstantAttr weights = getConstant(conv.getOperand(1));
  int64_t numChannels = getChannels(*conv.getOperand(0));
  int64_t multiplier = getChannels(*conv.getResult()) / numChannels;
  Parts results;
  int64_t begin = 0;
  for (Value *part : parts) {
    int64_t end = begin + getChannels(*part);
    SmallVector<Value *, 4> operands = conv.getOperands();
    operands[0] = part;
    for (unsigned i = 1; i < operands.size(); ++i) {
      ConstantAttr constant = getConstant(operands[i]);
      if (constant && constant.getType().getNumElements() != 1)
        operands[i] = sliceConstant(builder, constant, 0, begin * multiplier,
                                    end * multiplier);
    }
    results.push_back(
        builder
            .createInferred(conv.getName(), operands,
                            withGroups(conv.getAttrs(), end - begin))
            ->getResult());
    begin = end;
  }
  return results;
}

Parts Distributor::repeat(Operation &op, ArrayRef<Value *> parts) {
  Builder builder(&op);
  Parts results;
  for (Value *part : parts) {
    SmallVector<Value *, 4> operands = op.getOperands();
    operands[0] = part;
    results.push_back(
        builder.createInferred(op.getName(), operands, op.getAttrs())
            ->getResult());
  }
  return results;
}

/// How many operators in a row are done part by part.
static constexpr unsigned maxDepth = 64;

/// Lets the users of \p joined that can use \p parts instead.
void Distributor::distributeUses(Value &joined, ArrayRef<Value *> parts,
                                 unsigned depth) {
  if (depth == maxDepth)
    return;
  SmallVector<Operation *, 4> users;
  for (const Use &use : joined.getUses())
    if (canDistribute(use))
      users.push_back(use.getOwner());
  for (Operation *user : users) {
    if (isFullConvolution(*user)) {
      sumUp(*user, parts);
      continue;
    }
    Parts results = isDepthwise(*user) ? splitDepthwise(*user, parts)
                                       : repeat(*user, parts);
    Value &result = *user->getResult();
    distributeUses(result, results, depth + 1);
    if (result.hasUses()) {
      Builder builder(user);
      NamedAttr axis = {"axis", IntAttr::get(1)};
      user->replaceWith(builder.createInferred("onnx.Concat", results, axis));
    } else {
      user->erase();
    }
  }
}

void Distributor::distribute(Operation &concat) {
  Parts parts = getParts(concat);
  distributeUses(*concat.getResult(), parts, 0);
  if (!concat.hasUses())
    concat.erase();
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

namespace {

/// What may be rewritten, and by its index what is.
struct Candidates {
  explicit Candidates(Graph &graph);
  size_t size() const { return concats.size() + !sums.empty(); }

  /// Concats that nothing needs whole.
  SmallVector<Operation *> concats;
  /// Sums of several tensors: one choice for all, the last.
  SmallVector<Operation *> sums;
};

using Choice = SmallVector<bool>;

} // namespace

/// Adds tensors of one shape, more than two.
static bool isLongSum(const Operation &op) {
  return op.getName() == "onnx.Sum" && op.getNumOperands() > 2 &&
         all_of(op.getOperands(), [&](const Value *operand) {
           return operand->getType() == op.getResult()->getType();
         });
}

Candidates::Candidates(Graph &graph) {
  for (Operation &op : graph.getBody().getOps()) {
    if (!getParts(op).empty() && op.hasUses() &&
        all_of(op.getResult()->getUses(), canDistribute))
      concats.push_back(&op);
    if (isLongSum(op))
      sums.push_back(&op);
  }
}

/// Adds one operand after the other, in the order in which they are there.
static void splitSum(Operation &sum) {
  Builder builder(&sum);
  SmallVector<Value *, 4> operands = sum.getOperands();
  llvm::stable_sort(operands, isThereBefore);
  Value *result = operands.front();
  for (Value *operand : drop_begin(operands)) {
    Value *both[] = {result, operand};
    result = builder.createInferred("onnx.Add", both)->getResult();
  }
  sum.replaceWith(result->getDefiningOp());
}

static void apply(Graph &graph, const Choice &choice) {
  Candidates candidates(graph);
  for (auto [i, concat] : enumerate(candidates.concats))
    if (choice[i])
      Distributor().distribute(*concat);
  if (!candidates.sums.empty() && choice.back())
    for (Operation *sum : candidates.sums)
      splitSum(*sum);
}

namespace {
struct RewriteForMemory : RewriteForMemoryBase {
  PassResult run(Module &module, PassContext &context) const override;

private:
  std::optional<int64_t> order(Graph &graph) const;
  int64_t evaluate(const Module &module, const Choice &choice) const;
};
} // namespace

/// Puts the operations of \p graph in the best order that is found. Returns its
/// peak, or nullopt, with the error reported.
std::optional<int64_t> RewriteForMemory::order(Graph &graph) const {
  auto tasks = buildTensorTasks(graph, {fuse, inPlace});
  if (!tasks)
    return std::nullopt;
  Schedule schedule = minimizePeak(tasks->problem, {searchNodes}).schedule;
  if (!applyOrder(graph.getBody(), *tasks, schedule.order))
    return std::nullopt;
  return schedule.peak;
}

/// The least peak that is found of \p module's main graph after \p choice.
int64_t RewriteForMemory::evaluate(const Module &module,
                                   const Choice &choice) const {
  std::unique_ptr<Module> copy = module.clone();
  apply(*copy->getMain(), choice);
  auto peak = order(*copy->getMain());
  assert(peak && "a rewrite lost a static shape");
  return *peak;
}

PassResult RewriteForMemory::run(Module &module, PassContext &context) const {
  Graph *graph = module.getMain();
  if (!graph)
    return PassResult::unchanged();
  auto before = order(*graph);
  if (!before)
    return PassResult::error();
  Candidates candidates(*graph);
  Choice choice(candidates.size(), true);
  int64_t peak = evaluate(module, choice);
  bool allHelp = peak < *before;
  if (!allHelp) {
    choice.assign(candidates.size(), false);
    peak = *before;
  }
  for (bool &goes : choice) {
    goes = !goes;
    int64_t other = evaluate(module, choice);
    // Fewer rewrites are better where the peak is the same.
    if (other < peak || (allHelp && other == peak))
      peak = other;
    else
      goes = !goes;
  }
  bool splits = !candidates.sums.empty() && choice.back();
  size_t numRewritten = llvm::count(choice, true) - splits;
  apply(*graph, choice);
  context.count(rewritten, numRewritten);
  context.count(rejected, candidates.concats.size() - numRewritten);
  context.count(splitSums, splits ? candidates.sums.size() : 0);
  context.count(beforeBytes, *before);
  context.count(peakBytes, peak);
  return PassResult::changed();
}

std::unique_ptr<Pass> onnc::createRewriteForMemoryPass() {
  return std::make_unique<RewriteForMemory>();
}
