//===- Executor.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"
#include "../Dispatch.h"
#include "../Iteration.h"
#include "Overlap.h"
#include "onnc/IR/Context.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

bool interp::isTileLevel(const Operation &op) {
  if (op.getInfo().getDialect() != "tile" || isa<tile::CallOp>(op))
    return false;
  return !isa<tile::BlockOp>(op) ||
         any_of(op.getOperands(), [](const Value *operand) {
           return operand && isa<BufferType>(operand->getType());
         });
}

static std::string nameOf(const Value *value, const Twine &otherwise) {
  return value->getName().empty() ? otherwise.str()
                                  : ("%" + value->getName()).str();
}

Error TileExecutor::locateTile(Error error, const Operation &op) const {
  if (!error || error.isA<InterpError>())
    return error;
  std::string text = toString(std::move(error));
  for (auto [i, counter] : enumerate(counters))
    text += (i ? ", " : " (") + nameOf(counter.first, "counter " + Twine(i)) +
            " = " + std::to_string(counter.second);
  if (!counters.empty())
    text += ")";
  return locate(fail(text), op);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Expected<RuntimeValues> TileExecutor::run(const Operation &op,
                                          ArrayRef<RuntimeValue> operands) {
  RuntimeValues results(op.getNumResults());
  if (preloaded.contains(&op))
    return results;
  if (isa<tile::InputOp>(op)) {
    if (Error error = input(op, operands[0].getTensor()))
      return locateTile(std::move(error), op);
  } else if (isa<tile::OutputOp>(op)) {
    auto tensor = output(op);
    if (!tensor)
      return locateTile(tensor.takeError(), op);
    results[0] = std::move(*tensor);
  } else if (Error error = runBodyOperation(op)) {
    return error;
  }
  return results;
}

Error TileExecutor::runBodyOperation(const Operation &op) {
  using Handler = Error (TileExecutor::*)(const Operation &);
  static const StringMap<Handler> handlers = {
      {tile::AllocOp::getOperationName(), &TileExecutor::alloc},
      {tile::ConstantOp::getOperationName(), &TileExecutor::constant},
      {tile::PlaceOp::getOperationName(), &TileExecutor::place},
      {tile::SliceOp::getOperationName(), &TileExecutor::slice},
      {tile::PartOp::getOperationName(), &TileExecutor::part},
      {tile::ReshapeOp::getOperationName(), &TileExecutor::reshape},
      {tile::BlockOp::getOperationName(), &TileExecutor::block},
      {tile::ForOp::getOperationName(), &TileExecutor::loop},
      {tile::ForAllOp::getOperationName(), &TileExecutor::forAll},
      {tile::DoneOp::getOperationName(), &TileExecutor::copyStart},
      {tile::CopyStartOp::getOperationName(), &TileExecutor::copyStart},
      {tile::CopyWaitOp::getOperationName(), &TileExecutor::copyWait},
      {tile::ComputeOp::getOperationName(), &TileExecutor::compute}};
  Handler handler = handlers.lookup(op.getName());
  if (!handler)
    return locateTile(
        fail("can't stand in a body whose operations work on buffers"), op);
  return locateTile((this->*handler)(op), op);
}

Expected<std::vector<TileExecutor::Token>>
TileExecutor::runBody(const Region &region) {
  for (const Operation &op : region.getOps()) {
    if (op.hasTrait(OpTrait::Terminator)) {
      std::vector<Token> results;
      for (const Value *value : op.getOperands())
        results.push_back(tokens.lookup(value));
      return results;
    }
    if (Error error = runBodyOperation(op))
      return error;
  }
  return fail("a region without a terminator");
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

std::shared_ptr<const DenseArray> TileExecutor::getArray(BufferType type) {
  auto &array = arrays[type.getImpl()];
  if (!array)
    array = std::make_shared<DenseArray>(type);
  return array;
}

Expected<std::shared_ptr<TileStorage>>
TileExecutor::allocate(const Operation &op, TileStorage::Contents contents,
                       int64_t multiplicity) {
  auto storage = std::make_shared<TileStorage>();
  storage->op = &op;
  storage->type = tile::getBufferType(op.getResult());
  storage->multiplicity = multiplicity;
  storage->instanceSize =
      storage->type.getLayout().getNumElements(storage->type.getShape());
  storage->contents = contents;
  storage->region = op.getParentRegion();
  storage->home = checker.current;
  if (storage->type.getElementType() == ElementType::String)
    return fail("strings can't be in a buffer");
  auto settled = settle(op, *storage);
  if (!settled)
    return settled.takeError();
  if (*settled)
    return storage;
  auto data = TensorValue::allocate(storage->type.getElementType(),
                                    {multiplicity, storage->instanceSize},
                                    execution.budget);
  if (!data)
    return data.takeError();
  storage->data = std::move(*data);
  return storage;
}

/// The ForAll around \p op that has several iterations; null: there is none.
static const Operation *getParallelLoop(const Operation &op) {
  const Operation *loop = op.getParentOp();
  while (loop && (!isa<tile::ForAllOp>(loop) ||
                  all_of(loop->getInts("counts"),
                         [](int64_t count) { return count <= 1; })))
    loop = loop->getParentOp();
  return loop;
}

Expected<bool> TileExecutor::settle(const Operation &op, TileStorage &storage) {
  if (!memory)
    return false;
  auto place = memory->getPlace(op);
  if (!place)
    return place.takeError();
  if (!*place)
    return false;
  Arena &arena = *(*place)->arena;
  const MemoryUsage &usage = arena.getUsage();
  if (!usage.perCore && getParallelLoop(op))
    return fail("gives " + describeStorage(op) +
                " the same bytes in all iterations of a tile.ForAll, but '" +
                arena.getName() + "' is one memory for all of them");
  // Each instance is aligned.
  const int64_t bytes = storage.type.getByteSize();
  int64_t stride = bytes, size;
  if (storage.multiplicity > 1 && bytes <= usage.size)
    stride = alignTo(bytes, usage.alignment);
  if (MulOverflow<int64_t>(stride, storage.multiplicity - 1, size) ||
      AddOverflow<int64_t>(size, bytes, size))
    size = std::numeric_limits<int64_t>::max();
  const bool stays = isa<tile::ConstantOp>(&op) || preloaded.contains(&op);
  auto tenant = arena.add(op, (*place)->offset, size, stays);
  if (!tenant)
    return tenant.takeError();
  storage.arena = &arena;
  storage.offset = (*place)->offset;
  storage.tenant = *tenant;
  if (storage.multiplicity > 1)
    storage.instanceSize = stride * 8 / storage.getBits();
  return true;
}

Error TileExecutor::checkAlias(const Value &value,
                               const TileView &operand) const {
  if (!memory)
    return Error::success();
  auto offset = getOffset(value);
  const TileStorage &storage = *operand.storage;
  if (!offset || (storage.arena && storage.offset == *offset))
    return Error::success();
  return fail("has its result at offset " + Twine(*offset) +
              ", elsewhere than " + operand.name +
              (storage.arena ? " at " + Twine(storage.offset)
                             : ", which the plan doesn't place"));
}

Error TileExecutor::preload(const Region &region,
                            ArrayRef<RuntimeValue> arguments) {
  assert(memory && "without a plan, nothing is there before");
  // In the order of the text, so that messages name the later one.
  for (const Operation &op : region.getOps()) {
    Error error = Error::success();
    if (isa<tile::ConstantOp>(&op)) {
      error = constant(op);
    } else if (isa<tile::InputOp>(&op) && op.getOperand(0)->isArgument()) {
      auto place = memory->getPlace(op);
      if (!place)
        return locateTile(place.takeError(), op);
      const int64_t end = *place ? (*place)->arena->getUsage().persistent : 0;
      if (!*place || (*place)->offset >= end)
        continue;
      preloaded.insert(&op);
      error = input(op, arguments[op.getOperand(0)->getIndex()].getTensor());
    }
    if (error)
      return locateTile(std::move(error), op);
  }
  return Error::success();
}

void TileExecutor::define(const Value *value,
                          std::shared_ptr<TileStorage> storage) {
  TileView view;
  view.name = nameOf(value, "its buffer");
  view.array = getArray(storage->type);
  view.domain = view.array->extents;
  view.box = getFullBox(view.domain);
  view.origin = Shape(view.domain.size(), 0);
  view.tagBase = checker.getFrame(view.domain);
  view.tagStrides = getStrides(view.domain);
  view.storage = std::move(storage);
  views[value] = std::move(view);
}

TileView TileExecutor::getView(const Operation &op, unsigned operand) const {
  const Value *value = op.getOperand(operand);
  auto it = views.find(value);
  assert(it != views.end() && "a buffer is used before its definition");
  TileView view = it->second;
  view.name = nameOf(value, "operand " + Twine(operand));
  return view;
}

std::vector<int64_t> TileExecutor::getCounters(ArrayRef<Value *> values) const {
  std::vector<int64_t> result;
  for (const Value *value : values) {
    auto *it = find_if(counters, [&](auto &c) { return c.first == value; });
    assert(it != counters.end() && "indices are counters of loops");
    result.push_back(it->second);
  }
  return result;
}

Error TileExecutor::alloc(const Operation &op) {
  auto storage = allocate(op, TileStorage::Contents::Undefined,
                          op.getInt("multiplicity", 1));
  if (!storage)
    return storage.takeError();
  define(op.getResult(), std::move(*storage));
  return Error::success();
}

Error TileExecutor::constant(const Operation &op) {
  auto &storage = constants[&op];
  if (!storage) {
    auto value = TensorValue::fromConstant(
        op.getAttrOfType<ConstantAttr>("value"), execution.budget);
    if (!value)
      return value.takeError();
    auto allocated = allocate(op, TileStorage::Contents::Constant);
    if (!allocated)
      return allocated.takeError();
    storage = std::move(*allocated);
    define(op.getResult(), storage);
    const TileView &view = views[op.getResult()];
    if (Error error = checker.fill(view))
      return error;
    return store(view, getFullBox(value->getShape()), *value);
  }
  define(op.getResult(), storage);
  return Error::success();
}

Error TileExecutor::input(const Operation &op, const TensorValue &tensor) {
  auto storage = allocate(op, TileStorage::Contents::Own);
  if (!storage)
    return storage.takeError();
  define(op.getResult(), std::move(*storage));
  const TileView &view = views[op.getResult()];
  if (Error error = checker.fill(view))
    return error;
  return store(view, getFullBox(tensor.getShape()), tensor);
}

Expected<TensorValue> TileExecutor::output(const Operation &op) {
  const TileView view = getView(op, 0);
  if (Error error = checkAlias(*op.getResult(), view))
    return error;
  const Box box = getFullBox(view.domain);
  return load(view, box, op.getResult()->getTensorType().getElementType());
}

Expected<TensorValue> TileExecutor::load(const TileView &view, const Box &box,
                                         ElementType type) {
  if (Error error = checker.read(view, box))
    return error;
  auto stored = gather(view, box, execution.budget);
  if (!stored)
    return stored;
  return convertElements(*stored, type, execution.budget);
}

Error TileExecutor::store(const TileView &view, const Box &box,
                          const TensorValue &tensor) {
  auto converted = convertElements(tensor, view.storage->type.getElementType(),
                                   execution.budget);
  if (!converted)
    return converted.takeError();
  scatter(view, box, *converted);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

Error TileExecutor::place(const Operation &op) {
  tile::PlaceOp place(const_cast<Operation *>(&op));
  TileView view = getView(op, 0);
  const auto dims = getCounters(place.getIndices());
  const TileStorage &storage = *view.storage;
  view.box = evaluate(place.getBox(), dims);
  view.domain = Shape(place.getDomain());
  for (auto [origin, range] : zip_equal(view.origin, view.box))
    origin = range.lo;
  const int64_t slot = place.getSlot().evaluate(dims);
  view.base = (slot - divideFloorSigned(slot, storage.multiplicity) *
                          storage.multiplicity) *
              storage.instanceSize;
  auto elements = countElements(view.domain);
  if (!elements)
    return elements.takeError();
  if (*elements >> frameShift)
    return fail("the domain has more elements than the interpreter counts");
  view.tagBase = checker.getFrame(view.domain);
  view.tagStrides = getStrides(view.domain);
  view.name = nameOf(op.getResult(), view.name);
  views[op.getResult()] = std::move(view);
  return Error::success();
}

Error TileExecutor::slice(const Operation &op) {
  tile::SliceOp slice(const_cast<Operation *>(&op));
  TileView view = getView(op, 0);
  Box box = evaluate(slice.getBox(), getCounters(slice.getIndices()));
  if (!contains(view.box, intersect(box, getFullBox(view.domain))))
    return fail("takes " + toString(box) + " of " + view.name +
                ", which is the box " + toString(view.box));
  view.box = intersect(view.box, box);
  view.name = nameOf(op.getResult(), view.name);
  views[op.getResult()] = std::move(view);
  return Error::success();
}

Error TileExecutor::part(const Operation &op) {
  TileView view = getView(op, 0);
  for (auto [d, offset] : enumerate(op.getInts("offsets"))) {
    view.origin[d] -= offset;
    view.tagBase += offset * view.tagStrides[d];
  }
  view.domain = tile::getBufferType(op.getResult()).getShape();
  view.box = getFullBox(view.domain);
  view.name = nameOf(op.getResult(), view.name);
  views[op.getResult()] = std::move(view);
  return Error::success();
}

Error TileExecutor::reshape(const Operation &op) {
  // Elements lie in the order of their index on both sides, and keep their
  // tags: the index in the storage's own tensor.
  TileView view = getView(op, 0);
  if (Error error = checkAlias(*op.getResult(), view))
    return error;
  BufferType type = tile::getBufferType(op.getResult());
  view.array = getArray(type);
  view.domain = type.getShape();
  view.box = getFullBox(view.domain);
  view.origin = Shape(view.domain.size(), 0);
  view.tagStrides = getStrides(view.domain);
  view.name = nameOf(op.getResult(), view.name);
  views[op.getResult()] = std::move(view);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Error TileExecutor::endScope(int64_t firstCopy, const Region *body) {
  for (const auto &[number, copy] : checker.getRunning()) {
    if (number < firstCopy)
      continue;
    if (!body)
      return locateTile(fail("nothing waits for its token"), *copy.op);
    for (const TileView *view : {&copy.source, &copy.target})
      if (view->storage && view->storage->region == body)
        return locateTile(fail("is still running where the storage of " +
                               view->name + " ends"),
                          *copy.op);
  }
  return Error::success();
}

Error TileExecutor::block(const Operation &op) {
  const Region &body = op.getRegion();
  for (auto [i, argument] : enumerate(body.getArguments())) {
    TileView view = getView(op, i);
    view.name = nameOf(argument, view.name);
    views[argument] = std::move(view);
  }
  const int64_t firstCopy = nextCopy;
  if (auto results = runBody(body); !results)
    return results.takeError();
  return endScope(firstCopy, nullptr);
}

Error TileExecutor::loop(const Operation &op) {
  const Region &body = op.getRegion();
  std::vector<Token> carried;
  for (const Value *token : op.getOperands())
    carried.push_back(tokens.lookup(token));
  counters.push_back({body.getArgument(0), 0});
  for (int64_t i = 0, n = op.getInt("count", 0); i < n; ++i) {
    counters.back().second = i;
    if (Error error = execution.countIteration())
      return error;
    for (auto [k, token] : enumerate(carried))
      tokens[body.getArgument(k + 1)] = token;
    auto results = runBody(body);
    if (!results)
      return results.takeError();
    carried = std::move(*results);
    if (Error error = endScope(0, &body))
      return error;
  }
  counters.pop_back();
  for (auto [token, result] : zip_equal(carried, op.getResults()))
    tokens[result] = token;
  return Error::success();
}

Error TileExecutor::forAll(const Operation &op) {
  const Region &body = op.getRegion();
  const IterationId outer = checker.current;
  const int32_t run = checker.iterations.startLoop();
  const size_t outerCounters = counters.size();
  const Box points = getFullBox(op.getInts("counts"));
  auto numPoints = countElements(op.getInts("counts"));
  if (!numPoints)
    return numPoints.takeError();
  for (int64_t i = 0; i != *numPoints; ++i) {
    if (Error error = execution.countIteration())
      return error;
    const Shape point = getCoordinates(points, i);
    counters.truncate(outerCounters);
    for (auto [argument, index] : zip_equal(body.getArguments(), point))
      counters.push_back({argument, index});
    checker.current = checker.iterations.enter(outer, run, op, point);
    const int64_t firstCopy = nextCopy;
    if (auto results = runBody(body); !results)
      return results.takeError();
    if (Error error = endScope(firstCopy, nullptr))
      return error;
    if (memory)
      memory->endLoops(checker.current);
  }
  counters.truncate(outerCounters);
  checker.current = outer;
  if (memory)
    memory->endLoops(outer);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Error TileExecutor::copyStart(const Operation &op) {
  RunningCopy copy;
  copy.op = &op;
  if (isa<tile::CopyStartOp>(op)) {
    copy.source = getView(op, 0);
    copy.target = getView(op, 1);
    copy.box = intersect(copy.source.getElements(), copy.target.getElements());
    copy.fills = op.hasAttr("fill");
  }
  auto number = checker.start(std::move(copy));
  if (!number)
    return number.takeError();
  tokens[op.getResult()] = *number;
  nextCopy = *number + 1;
  return Error::success();
}

Error TileExecutor::copyWait(const Operation &op) {
  for (auto [i, value] : enumerate(op.getOperands())) {
    const Token token = tokens.lookup(value);
    if (!checker.getRunning().count(token))
      return fail("waits for " + nameOf(value, "operand " + Twine(i)) +
                  ", which has been waited for before");
    RunningCopy copy = checker.finish(token);
    if (!copy.copies())
      continue;
    auto elements = gather(copy.source, copy.box, execution.budget);
    if (!elements)
      return elements.takeError();
    if (Error error = store(copy.target, copy.box, *elements))
      return error;
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Computing
//===----------------------------------------------------------------------===//

Expected<KernelEvaluator *> TileExecutor::getEvaluator(const Graph &kernel) {
  auto &evaluator = evaluators[&kernel];
  if (!evaluator) {
    if (Error error = KernelIndexing::check(kernel))
      return error;
    evaluator = std::make_unique<KernelEvaluator>(kernel, execution.options);
  }
  return evaluator.get();
}

/// \p partial put together with what has been computed \p before, both of one
/// type. Sums wrap.
static Expected<TensorValue> combine(Combiner combiner,
                                     const TensorValue &before,
                                     const TensorValue &partial,
                                     const MemoryBudgetRef &budget) {
  auto result = TensorValue::allocate(partial.getElementType(),
                                      partial.getShape(), budget);
  if (!result)
    return result;
  auto apply = [&]<typename C>(C a, C b) -> C {
    switch (combiner) {
    case Combiner::Sum:
      return wrapAdd(a, b);
    case Combiner::Product:
      return wrapMul(a, b);
    // Not a number wins.
    case Combiner::Max:
      return a != a || a > b ? a : b;
    case Combiner::Min:
      return a != a || a < b ? a : b;
    case Combiner::None:
      break;
    }
    llvm_unreachable("the verifier knows that there is a combiner");
  };
  if (Error error = dispatch(
          NumericTypes(), partial.getElementType(), [&]<typename T>() -> Error {
            using C = Compute<T>;
            Elements<T> a = before.elements<T>(), b = partial.elements<T>();
            T *to = result->mutableData<T>();
            for (int64_t i = 0, n = partial.getNumElements(); i != n; ++i)
              to[i] = static_cast<T>(
                  apply(static_cast<C>(a[i]), static_cast<C>(b[i])));
            return Error::success();
          }))
    return error;
  return result;
}

Error TileExecutor::compute(const Operation &op) {
  tile::ComputeOp compute(const_cast<Operation *>(&op));
  const Graph &kernel = *tile::getKernel(&op);
  auto evaluator = getEvaluator(kernel);
  if (!evaluator)
    return evaluator.takeError();
  const Box over =
      evaluate(compute.getOver(), getCounters(tile::getIndices(compute)));

  const unsigned numInputs = kernel.getNumInputs();
  const unsigned numOutputs = kernel.getNumOutputs();
  SmallVector<TileView, 1> targets;
  std::vector<Box> boxes;
  for (unsigned i = 0; i != numOutputs; ++i) {
    targets.push_back(getView(op, numInputs + i));
    boxes.push_back(targets.back().getElements());
  }
  if (all_of(boxes, [](const Box &box) { return isEmpty(box); }))
    return Error::success();

  // What the target's code leaves in scratch is nobody's, and it has to be
  // beside what is computed.
  for (unsigned i = numInputs + numOutputs;
       i != tile::getBuffers(compute).size(); ++i) {
    TileView scratch = getView(op, i);
    for (const TileView &target : targets)
      if (target.storage == scratch.storage)
        return fail("has " + scratch.name + " both as output and as scratch");
    if (Error error = checker.clobber(scratch, scratch.box))
      return error;
  }

  auto results =
      (*evaluator)
          ->evaluate(
              boxes,
              [&](unsigned i, const Box &box) {
                return load(
                    getView(op, i), box,
                    kernel.getInput(i)->getTensorType().getElementType());
              },
              over);
  if (!results)
    return results.takeError();
  if (memory && execution.options.checkTiles) {
    SmallVector<TileView, 4> sources;
    for (unsigned i = 0; i != numInputs; ++i)
      sources.push_back(getView(op, i));
    if (Error error = checkOverlap((*evaluator)->getIndexing(), sources,
                                   targets, boxes, over))
      return error;
  }
  for (auto [target, box, result] : zip_equal(targets, boxes, *results)) {
    if (!beginsReduction(over)) {
      auto before = load(target, box, result.getElementType());
      if (!before)
        return before.takeError();
      auto sum = combine(
          (*evaluator)->getIndexing().getSteps().front().indexing->combiner,
          *before, result, execution.budget);
      if (!sum)
        return sum.takeError();
      result = std::move(*sum);
    }
    if (Error error = checker.write(target, box))
      return error;
    if (Error error = store(target, box, result))
      return error;
  }
  return Error::success();
}
