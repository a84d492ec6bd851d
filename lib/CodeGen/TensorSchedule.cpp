//===- TensorSchedule.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorSchedule.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/CodeGen/ScheduleSolver.h"
#include "onnc/CodeGen/TensorPasses.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/Module.h"

#include "onnc/CodeGen/TensorPasses.cpp.inc"

using namespace llvm;
using namespace onnc;

static std::optional<int64_t> getTensorBytes(const Value &value) {
  TensorType type = value.getTensorType();
  return type ? type.getByteSize() : std::nullopt;
}

//===----------------------------------------------------------------------===//
// The cost model
//===----------------------------------------------------------------------===//

namespace {

class TensorBufferModel : public BufferModel {
public:
  std::optional<BufferRequest> getBuffer(const Value &value) const override {
    auto size = getTensorBytes(value);
    if (!size)
      return std::nullopt;
    return BufferRequest{0, *size, 1};
  }

  std::optional<unsigned> getAliasedOperand(const Value &value) const override {
    static constexpr StringRef views[] = {"onnx.Flatten", "onnx.Identity",
                                          "onnx.Reshape", "onnx.Squeeze",
                                          "onnx.Unsqueeze"};
    if (is_contained(views, value.getDefiningOp()->getName()))
      return 0;
    return std::nullopt;
  }

  std::optional<StorageOverlap> getOverlap(const Value &value,
                                           unsigned operand) const override {
    const Operation *op = value.getDefiningOp();
    const Value *source = op->getOperand(operand);
    auto indexing = value.getIndex() == 0 ? getIndexing(op) : std::nullopt;
    if (!indexing || !source->getTensorType() ||
        getTensorBytes(*source) != getTensorBytes(value) ||
        !canWriteInPlace(*indexing, operand,
                         *source->getTensorType().getStaticShape(),
                         *value.getTensorType().getStaticShape()))
      return std::nullopt;
    return StorageOverlap{};
  }

  bool isPersistent(const Value &value) const override {
    return !value.isArgument() &&
           value.getDefiningOp()->hasTrait(OpTrait::ConstantLike);
  }
};

/// Which operations are computed together: a product, operators of one tensor
/// behind it, at most one that joins in others, and again operators of one.
class Fusion {
public:
  explicit Fusion(const Region &region);
  Operation *getUser(Operation &op) const { return users.lookup(&op); }

private:
  /// The end of what is computed with an operation so far.
  enum class Kind : uint8_t { None, Product, Joined };
  bool fits(const Value &operand, const Operation &op) const;

  DenseMap<const Operation *, Kind> kinds;
  DenseMap<const Operation *, Operation *> users;
};

} // namespace

static bool isProduct(const Operation &op) {
  static constexpr StringRef products[] = {
      "onnx.Conv", "onnx.ConvInteger", "onnx.ConvTranspose",
      "onnx.Gemm", "onnx.MatMul",      "onnx.MatMulInteger",
  };
  return is_contained(products, op.getName());
}

static bool isPointwise(const Operation &op) {
  static constexpr StringRef others[] = {"onnx.BatchNormalization",
                                         "quant.Requantize"};
  return op.getNumResults() == 1 && (op.hasTrait(OpTrait::Elementwise) ||
                                     is_contained(others, op.getName()));
}

/// \p op can read \p operand as it is computed.
bool Fusion::fits(const Value &operand, const Operation &op) const {
  TensorType type = operand.getTensorType();
  TensorType result = op.getResult()->getTensorType();
  return operand.hasOneUse() && type && result && type.isStatic() &&
         result.isStatic() && type.getShape() == result.getShape();
}

Fusion::Fusion(const Region &region) {
  for (const Operation &op : region.getOps()) {
    if (isProduct(op) && op.getNumResults() == 1) {
      kinds[&op] = Kind::Product;
      continue;
    }
    if (!isPointwise(op))
      continue;
    unsigned numTensors = 0;
    for (const Value *operand : op.getOperands())
      numTensors +=
          operand &&
          (operand->isArgument() ||
           !operand->getDefiningOp()->hasTrait(OpTrait::ConstantLike));
    Operation *producer = nullptr;
    for (const Value *operand : op.getOperands()) {
      Operation *definer = operand ? operand->getDefiningOp() : nullptr;
      Kind kind = definer ? kinds.lookup(definer) : Kind::None;
      if (kind != Kind::None && fits(*operand, op) &&
          (numTensors == 1 || kind == Kind::Product))
        producer = definer;
    }
    if (!producer)
      continue;
    users[producer] = const_cast<Operation *>(&op);
    kinds[&op] = numTensors == 1 ? kinds.lookup(producer) : Kind::Joined;
  }
}

std::optional<RegionTasks>
onnc::buildTensorTasks(const Graph &graph, const TensorCostOptions &options) {
  const Region &body = graph.getBody();
  for (const Operation &op : body.getOps())
    for (const Value *result : op.getResults())
      if (result->getTensorType() && !getTensorBytes(*result)) {
        op.emitError(DiagID::CodeGenUnsupported)
            << "the size of its result isn't known; orders for memory need "
               "static shapes";
        return std::nullopt;
      }
  TensorBufferModel buffers;
  Fusion fusion(body);
  auto getUser = [&](Operation &op) { return fusion.getUser(op); };
  RegionTaskOptions taskOptions;
  taskOptions.hasArguments = true;
  taskOptions.inPlace = options.inPlace;
  if (options.fuse)
    taskOptions.getFusedUser = getUser;
  return buildTasks(body, buffers, taskOptions);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ScheduleTensors : ScheduleTensorsBase {
  PassResult run(Module &module, PassContext &context) const override;
};
} // namespace

PassResult ScheduleTensors::run(Module &module, PassContext &context) const {
  Graph *graph = module.getMain();
  if (!graph)
    return PassResult::unchanged();
  auto tasks = buildTensorTasks(*graph, {fuse, inPlace});
  if (!tasks)
    return PassResult::error();
  const SchedulingProblem &problem = tasks->problem;
  ScheduleSolution solution = minimizePeak(problem, {searchNodes});
  auto numMoved = applyOrder(graph->getBody(), *tasks, solution.schedule.order);
  if (!numMoved)
    return PassResult::error();
  context.count(moved, *numMoved);
  for (const SchedulingProblem::Storage &storage : problem.storages)
    context.count(tensorBytes, storage.size);
  context.count(givenBytes, scheduleTasksWith("given", problem).peak);
  context.count(depthFirstBytes,
                scheduleTasksWith("depth-first", problem).peak);
  context.count(heuristicBytes, scheduleTasks(problem).peak);
  context.count(peakBytes, solution.schedule.peak);
  context.count(boundBytes, solution.lowerBound);
  context.count(ScheduleTensorsBase::tasks, solution.numTasks);
  context.count(segments, solution.numSegments);
  context.count(visitedNodes, solution.numNodes);
  return PassResult::changedIf(*numMoved != 0);
}

std::unique_ptr<Pass> onnc::createScheduleTensorsPass() {
  return std::make_unique<ScheduleTensors>();
}
