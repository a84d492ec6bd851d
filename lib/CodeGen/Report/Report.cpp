//===- Report.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Report.h"
#include "onnc/Analysis/Liveness.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/CodeGen/TileWalker.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include <cmath>
#include <map>

using namespace llvm;
using namespace onnc;

namespace {

/// Sums up what the tiles of a block move and compute.
class TrafficCounter : public TileVisitor {
public:
  explicit TrafficCounter(ReportBlock &block) : block(block) {}

  Error startCopy(tile::CopyStartOp, const TileView &source,
                  const TileView &target) override {
    int64_t elements = getVolume(intersect(source.box, target.box));
    int64_t bytes = *getByteSize(source.type.getElementType(), elements);
    block.loaded += source.storage->isArgument() ? bytes : 0;
    block.stored += target.storage->isArgument() ? bytes : 0;
    return Error::success();
  }
  Error compute(tile::ComputeOp, ArrayRef<TileView>, ArrayRef<Range>) override {
    ++block.tiles;
    return Error::success();
  }

private:
  ReportBlock &block;
};

class ReportBuilder {
public:
  ReportBuilder(Report &report, const Module &module,
                const ProcessingUnit &unit)
      : report(report), module(module), unit(unit), model(unit),
        graph(*module.getMain()),
        liveness(graph.getBody(), [&](const Value &value) -> Value * {
          auto operand = model.getAliasedOperand(value);
          return operand ? value.getDefiningOp()->getOperand(*operand)
                         : nullptr;
        }) {}

  Error build();

private:
  Error collectSteps();
  void addMemories();
  void addBuffer(Value &value);
  void addScratch(tile::BlockOp block);
  Error addBlock(tile::BlockOp block);
  unsigned addKernel(const Graph &kernel);
  void addAccesses(tile::BlockOp op, ReportBlock &block);
  Error checkPlaces() const;
  void markOutputs();
  void splitSharedSteps();
  void sumUpLiveBytes();
  Lifespan getSteps(Lifespan positions) const;

  Report &report;
  const Module &module;
  const ProcessingUnit &unit;
  const TileBufferModel model;
  Graph &graph;
  const Liveness liveness;
  /// The positions of blocks, which are the steps.
  std::vector<int64_t> positions;
  DenseMap<const Value *, unsigned> bufferOf;
  DenseMap<const Graph *, unsigned> kernelOf;
};

} // namespace

Error ReportBuilder::collectSteps() {
  for (Operation &op : graph.getBody().getOps()) {
    // Before tiling, blocks return tensors.
    if (isa<tile::BlockOp>(op) && op.getNumResults() == 0)
      positions.push_back(liveness.getPosition(op));
    else if (isa<tile::BlockOp>(op) || (!op.getName().starts_with("tile.") &&
                                        !op.hasTrait(OpTrait::Terminator)))
      return createStringError("reports describe programs on the tile level, "
                               "and '" +
                               op.getName() + "' isn't on it");
  }
  return Error::success();
}

/// The blocks that run while positions [lower, upper) do; at least one.
Lifespan ReportBuilder::getSteps(Lifespan span) const {
  auto count = [&](int64_t position) -> int64_t {
    return lower_bound(positions, position) - positions.begin();
  };
  Lifespan steps = {count(span.lower), count(span.upper)};
  if (steps.getLength() > 0)
    return steps;
  int64_t last = std::max<int64_t>(positions.size(), 1) - 1;
  steps.lower = std::min(steps.lower, last);
  return {steps.lower, steps.lower + 1};
}

void ReportBuilder::addMemories() {
  for (const Memory &memory : unit.memories) {
    ReportMemory &out = report.memories.emplace_back();
    out.name = memory.name;
    out.capacity = memory.capacity;
    out.perCore = memory.perCore;
    if (auto usage = getMemoryUsage(module, memory.name))
      out.usage = *usage;
  }
}

static std::string describe(BufferType type) {
  std::string text = join(
      map_range(type.getShape(), [](int64_t size) { return itostr(size); }),
      "x");
  text += (text.empty() ? "" : "x") + getName(type.getElementType()).str();
  if (!type.getLayout().isRowMajor())
    text += " " + type.getLayout().str();
  return text;
}

void ReportBuilder::addBuffer(Value &value) {
  auto type = dyn_cast<BufferType>(value.getType());
  if (!type || liveness.getRoot(value) != &value)
    return;
  Operation *op = value.getDefiningOp();
  bufferOf[&value] = report.buffers.size();
  ReportBuffer &buffer = report.buffers.emplace_back();
  buffer.type = describe(type);
  buffer.memory = type.getSpace().str();
  buffer.offset = getOffset(value);
  buffer.role = isa<tile::ConstantOp>(op) ? ReportBuffer::Role::Constant
                : isa<tile::InputOp>(op)  ? ReportBuffer::Role::Input
                                          : ReportBuffer::Role::Tensor;
  const Value &named = isa<tile::InputOp>(op) ? *op->getOperand(0) : value;
  buffer.name = named.getName().str();
  auto request = model.getBuffer(value);
  buffer.size = request ? request->size : type.getByteSize();
  // Persistent data lies below everything else.
  auto usage = getMemoryUsage(module, buffer.memory);
  bool isPersistent =
      buffer.role == ReportBuffer::Role::Constant ||
      (buffer.offset && usage && *buffer.offset < usage->persistent);
  if (isPersistent)
    return;
  Lifespan span = liveness.getLifespan(value);
  span.lower = liveness.getPosition(*model.getFirstWriter(value));
  buffer.lifespan = getSteps(span);
}

void ReportBuilder::addScratch(tile::BlockOp block) {
  int64_t position = liveness.getPosition(*block.getOperation());
  SmallVector<ScratchRequest, 4> scratch =
      model.getScratch(*block.getOperation());
  std::map<std::string, Lifespan> steps;
  int64_t numSteps = 1;
  for (const ScratchRequest &request : scratch)
    if (request.steps) {
      steps[request.name] = *request.steps;
      numSteps = std::max(numSteps, request.steps->upper);
    }
  SmallVector<Operation *, 8> allocations =
      getBlockAllocations(*block.getOperation());
  for (size_t i = 0; i < allocations.size(); ++i) {
    const Operation *op = allocations[i];
    const Value &value = *op->getResult();
    BufferType type = tile::getBufferType(&value);
    ReportBuffer &buffer = report.buffers.emplace_back();
    buffer.name = value.getName().str();
    buffer.type = describe(type);
    buffer.role = ReportBuffer::Role::Scratch;
    buffer.memory = type.getSpace().str();
    buffer.offset = getStorageOffset(value);
    buffer.instances = op->getInt("multiplicity", 1);
    auto request = model.getBuffer(value);
    buffer.size = request ? request->size : type.getByteSize();
    buffer.lifespan = getSteps({position, position + 1});
    if (auto it = steps.find(std::to_string(i)); it != steps.end()) {
      buffer.startsLate = double(it->second.lower) / double(numSteps);
      buffer.endsEarly = 1 - double(it->second.upper) / double(numSteps);
    }
  }
}

unsigned ReportBuilder::addKernel(const Graph &kernel) {
  auto [it, isNew] = kernelOf.try_emplace(&kernel, report.kernels.size());
  if (!isNew)
    return it->second;
  ReportKernel &out = report.kernels.emplace_back();
  out.name = kernel.getName().str();
  for (Operation *op : getOperators(kernel)) {
    StringRef name = op->getName();
    out.operators.push_back(name.substr(name.rfind('.') + 1).str());
  }
  if (Operation *root = tile::getRoot(kernel))
    out.kind = root->getName().substr(root->getName().rfind('.') + 1).str();
  else
    out.kind = join(out.operators, " + ");
  if (auto indexing = TileIndexing::get(kernel)) {
    out.iterations = indexing->getReductionSize();
    for (int64_t size : indexing->getShape())
      out.iterations *= size;
  }
  return it->second;
}

/// Which of the graph's buffers a block reads and writes.
void ReportBuilder::addAccesses(tile::BlockOp op, ReportBlock &block) {
  SetVector<unsigned> reads, writes;
  auto add = [&](SetVector<unsigned> &set, Value *buffer) {
    const Value *storage = tile::getView(buffer).storage;
    if (!storage->isArgument())
      return;
    Value *outside = op->getOperand(storage->getIndex());
    auto it = bufferOf.find(liveness.getRoot(*outside));
    if (it != bufferOf.end())
      set.insert(it->second);
  };
  op.getBody().walk([&](Operation *inner) {
    if (auto copy = dyn_cast<tile::CopyStartOp>(*inner)) {
      add(reads, copy.getSource());
      add(writes, copy.getTarget());
    } else if (auto compute = dyn_cast<tile::ComputeOp>(*inner)) {
      for (Value *input : tile::getInputs(compute))
        add(reads, input);
      for (Value *output : tile::getOutputs(compute))
        add(writes, output);
    }
  });
  block.inputs.assign(reads.begin(), reads.end());
  block.outputs.assign(writes.begin(), writes.end());
}

Error ReportBuilder::addBlock(tile::BlockOp op) {
  ReportBlock block;
  block.name = op.getName().str();
  if (auto layers = op->getAttrOfType<StringsAttr>("layers"))
    block.layers = layers.getValue().vec();
  block.cores = std::max<int64_t>(op.getModelParallelism(), 1);
  block.tile.assign(op.getTile());
  block.split.assign(op.getSplit());
  block.reduction.assign(op.getReduction());
  if (auto cycles = op->getAttrOfType<IntAttr>(estimatedCyclesAttr))
    block.cycles = cycles.getValue();
  SetVector<unsigned> kernels;
  op.getBody().walk([&](Operation *inner) {
    if (isa<tile::ComputeOp>(inner))
      if (const Graph *kernel = tile::getKernel(inner))
        kernels.insert(addKernel(*kernel));
  });
  block.kernels.assign(kernels.begin(), kernels.end());
  block.kind = join(map_range(kernels,
                              [&](unsigned i) -> StringRef {
                                return report.kernels[i].kind;
                              }),
                    ", ");
  // Block names end in numbers where there are several alike.
  if (kernels.empty())
    block.kind = "copies of " +
                 StringRef(block.name).rtrim("0123456789").rtrim('_').str();
  addAccesses(op, block);
  TrafficCounter counter(block);
  if (Error error = walkTiles(op, counter))
    return error;
  report.blocks.push_back(std::move(block));
  return Error::success();
}

void ReportBuilder::markOutputs() {
  for (Operation &op : graph.getBody().getOps()) {
    if (!isa<tile::OutputOp>(op))
      continue;
    auto it = bufferOf.find(liveness.getRoot(*op.getOperand(0)));
    if (it == bufferOf.end())
      continue;
    ReportBuffer &buffer = report.buffers[it->second];
    if (buffer.role == ReportBuffer::Role::Tensor) {
      buffer.role = ReportBuffer::Role::Output;
      buffer.name = op.getResult()->getName().str();
    }
  }
}

/// That buffers lie in memories of the unit: a module's text may say anything.
Error ReportBuilder::checkPlaces() const {
  for (const ReportBuffer &buffer : report.buffers) {
    auto memory = unit.findMemory(buffer.memory);
    if (!memory)
      return createStringError("'" + buffer.name + "' lies in memory '" +
                               buffer.memory + "', which unit '" + unit.name +
                               "' doesn't have");
    int64_t capacity = unit.memories[*memory].capacity;
    if (buffer.offset && (*buffer.offset < 0 || buffer.size > capacity ||
                          *buffer.offset > capacity - buffer.size))
      return createStringError("'" + buffer.name +
                               "' lies outside of memory '" + buffer.memory +
                               "'");
  }
  return Error::success();
}

/// Of every step, the bytes that are covered: buffers may share storage.
void ReportBuilder::sumUpLiveBytes() {
  size_t numSteps = std::max<size_t>(positions.size(), 1);
  for (ReportMemory &memory : report.memories) {
    std::vector<std::vector<Range>> ranges(numSteps);
    for (const ReportBuffer &buffer : report.buffers)
      if (buffer.memory == memory.name && buffer.lifespan && buffer.offset)
        for (int64_t i = buffer.lifespan->lower; i != buffer.lifespan->upper;
             ++i)
          ranges[i].push_back({*buffer.offset, *buffer.offset + buffer.size});
    for (std::vector<Range> &step : ranges) {
      sort(step, [](Range a, Range b) { return a.lo < b.lo; });
      int64_t end = 0, bytes = 0;
      for (Range range : step) {
        bytes += std::max<int64_t>(range.hi - std::max(range.lo, end), 0);
        end = std::max(end, range.hi);
      }
      memory.live.push_back(bytes);
    }
  }
}

/// Where a result lies over an operand, each has half of the step.
void ReportBuilder::splitSharedSteps() {
  auto canShare = [](const ReportBuffer &buffer) {
    return buffer.lifespan && buffer.offset &&
           buffer.role != ReportBuffer::Role::Scratch;
  };
  for (ReportBuffer &source : report.buffers)
    for (ReportBuffer &result : report.buffers) {
      if (!canShare(source) || !canShare(result) ||
          source.memory != result.memory ||
          source.lifespan->upper != result.lifespan->lower + 1 ||
          *source.offset + source.size <= *result.offset ||
          *result.offset + result.size <= *source.offset || &source == &result)
        continue;
      source.endsEarly = result.startsLate = 0.5;
    }
}

Error ReportBuilder::build() {
  if (Error error = collectSteps())
    return error;
  report.model = module.getName().str();
  if (Attribute attr = module.getAttr("quadruple"))
    if (auto text = dyn_cast<StringAttr>(attr))
      report.quadruple = text.getValue().str();
  report.unit = unit.name;
  report.cores = unit.cores;
  report.hertz = unit.operatingPoints.empty() ? 0 : unit.getHertz();
  addMemories();
  for (Operation &op : graph.getBody().getOps())
    for (Value *result : op.getResults())
      addBuffer(*result);
  for (Operation &op : graph.getBody().getOps())
    if (auto block = dyn_cast<tile::BlockOp>(op)) {
      addScratch(block);
      if (Error error = addBlock(block))
        return error;
    }
  if (Error error = checkPlaces())
    return error;
  markOutputs();
  splitSharedSteps();
  sumUpLiveBytes();
  return Error::success();
}

Expected<Report> Report::get(const Module &module, const ProcessingUnit &unit) {
  Report report;
  if (Error error = ReportBuilder(report, module, unit).build())
    return error;
  return report;
}

//===----------------------------------------------------------------------===//
// Timelines
//===----------------------------------------------------------------------===//

Error Report::measure(StringRef trace) {
  Expected<json::Value> value = json::parse(trace);
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  const json::Array *events =
      object ? object->getArray("traceEvents") : nullptr;
  if (!events)
    return createStringError("is no timeline: it has no 'traceEvents'");
  std::vector<double> durations;
  for (const json::Value &entry : *events) {
    const json::Object *event = entry.getAsObject();
    if (!event || event->getString("cat") != StringRef("launch"))
      continue;
    auto duration = event->getNumber("dur");
    if (!duration || !(*duration >= 0 && *duration < 1e12))
      return createStringError("has a launch without a sound duration");
    durations.push_back(*duration);
  }
  if (durations.size() != blocks.size())
    return createStringError("is the timeline of another program: it has " +
                             Twine(durations.size()) +
                             " launches, and this one " + Twine(blocks.size()) +
                             " blocks");
  for (auto [block, microseconds] : zip_equal(blocks, durations))
    block.measured = std::llround(microseconds * 1e-6 * hertz);
  return Error::success();
}
