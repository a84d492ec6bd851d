//===- Interpreter.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Interp/Interpreter.h"
#include "Execution.h"
#include "Tile/Executor.h"
#include "onnc/IR/Context.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

char InterpError::ID = 0;
char ContradictionError::ID = 0;

void InterpError::log(raw_ostream &os) const {
  os << location.file;
  if (location.line)
    os << ':' << location.line << ':' << location.column;
  if (!location.file.empty() || location.line)
    os << ": ";
  if (!location.node.empty())
    os << location.node << ": ";
  os << text;
}

LogicalResult onnc::reportRunError(DiagnosticEngine &engine, Error error) {
  LogicalResult result = success();
  handleAllErrors(
      std::move(error),
      [&](const InterpError &e) {
        result = engine.error(e.getID(), e.getLocation()) << e.getMessage();
      },
      [&](const ErrorInfoBase &e) {
        result = engine.error(DiagID::InterpRuntime) << e.message();
      });
  return result;
}

Error interp::locate(Error error, const Operation &op, DiagID id) {
  if (!error)
    return error;
  if (error.isA<InterpError>())
    return error;
  return make_error<InterpError>(id, op.getLoc().toDiag(),
                                 "'" + op.getName().str() +
                                     "': " + toString(std::move(error)));
}

Error interp::contradiction(const Operation &op, const Twine &message) {
  return make_error<ContradictionError>(
      DiagID::InterpRuntime, op.getLoc().toDiag(),
      ("'" + op.getName() + "': " + message).str());
}

//===----------------------------------------------------------------------===//
// Types of values
//===----------------------------------------------------------------------===//

static Error checkTensor(const TensorValue &tensor, TensorType type,
                         SymbolValues &symbols) {
  if (tensor.getElementType() != type.getElementType())
    return fail("has elements of type " + getName(tensor.getElementType()) +
                " where " + getName(type.getElementType()) + " is expected");
  if (!type.hasRank())
    return Error::success();
  auto mismatch = [&] {
    std::string known;
    if (!symbols.empty()) {
      // Only the symbols that the type mentions help the user.
      for (DimExpr dim : type.getShape())
        if (std::optional<StringRef> name = dim.getSymbol())
          if (auto it = symbols.find(*name); it != symbols.end())
            known += (known.empty() ? " with " : ", ") + name->str() + " = " +
                     std::to_string(it->second);
    }
    return fail("has shape " + toText(tensor.getShape()) + " where " +
                (type.getRank() ? shapeToString(type) : "scalar") +
                " is expected" + known);
  };
  if (tensor.getRank() != type.getRank())
    return mismatch();
  for (unsigned i = 0; i != type.getRank(); ++i) {
    DimExpr dim = type.getDim(i);
    if (dim.isUnknown())
      continue;
    if (std::optional<int64_t> value = dim.evaluate(symbols)) {
      if (*value != tensor.getDim(i))
        return mismatch();
    } else if (std::optional<StringRef> name = dim.getSymbol()) {
      symbols[*name] = tensor.getDim(i);
    }
  }
  return Error::success();
}

Error interp::checkType(const RuntimeValue &value, Type type,
                        SymbolValues &symbols) {
  auto wrongKind = [&] {
    return fail("is " + value.describe() + " where " + type.str() +
                " is expected");
  };
  switch (type.getKind()) {
  case TypeKind::Tensor:
    if (!value.isTensor())
      return wrongKind();
    return checkTensor(value.getTensor(), cast<TensorType>(type), symbols);
  case TypeKind::Sequence: {
    if (!value.isSequence())
      return wrongKind();
    Type element = cast<SequenceType>(type).getElementType();
    // Tensors of a sequence may have any shapes: models are seen to declare
    // one and to insert others.
    if (auto tensor = dyn_cast<TensorType>(element))
      element =
          TensorType::getUnranked(type.getContext(), tensor.getElementType());
    for (const RuntimeValue &v : value.getSequence())
      if (Error error = checkType(v, element, symbols))
        return error;
    return Error::success();
  }
  case TypeKind::Optional:
    if (!value.isOptional())
      return wrongKind();
    if (!value.hasOptionalValue())
      return Error::success();
    return checkType(value.getOptionalValue(),
                     cast<OptionalType>(type).getElementType(), symbols);
  case TypeKind::Map: {
    if (!value.isMap())
      return wrongKind();
    auto map = cast<MapType>(type);
    bool stringKeys = map.getKeyType() == ElementType::String;
    for (const auto &[key, v] : value.getMap().entries) {
      if (std::holds_alternative<std::string>(key) != stringKeys)
        return wrongKind();
      if (Error error = checkType(v, map.getValueType(), symbols))
        return error;
    }
    return Error::success();
  }
  case TypeKind::None:
    return value ? wrongKind() : Error::success();
  case TypeKind::Index:
  case TypeKind::Token:
  case TypeKind::Buffer:
    break;
  }
  return fail("is of type " + type.str() + ", which the interpreter lacks");
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

Error Execution::countIteration() {
  if (++iterations > options.maxIterations)
    return fail("the run exceeds " + Twine(options.maxIterations) +
                " loop iterations");
  return Error::success();
}

Error Execution::checkExtent(ArrayRef<int64_t> shape) const {
  uint64_t extent = 1;
  for (int64_t dim : shape)
    extent = SaturatingMultiply<uint64_t>(extent, std::max<int64_t>(dim, 1));
  if (extent <= uint64_t(options.byteLimit))
    return Error::success();
  return fail("a tensor of shape " + toText(shape) +
              " has no elements, but more than " + Twine(options.byteLimit) +
              " positions along its other dimensions");
}

Error Execution::countWork(ArrayRef<int64_t> factors) {
  uint64_t steps = 1;
  for (int64_t factor : factors)
    steps = SaturatingMultiply<uint64_t>(steps, std::max<int64_t>(factor, 0));
  work = SaturatingAdd(work, steps);
  if (work > uint64_t(options.maxWork))
    return fail("the run exceeds " + Twine(options.maxWork) +
                " steps of computation");
  return Error::success();
}

/// Are the operands there, and tensors where the kernel takes nothing else?
static Error checkOperands(const Execution &execution, const Operation &op,
                           const KernelEntry &entry,
                           ArrayRef<RuntimeValue> operands) {
  ArrayRef<ValueInfo> infos = op.getInfo().operands;
  for (unsigned i = 0; i != infos.size(); ++i)
    if (infos[i].arity == Arity::One && (i >= operands.size() || !operands[i]))
      return fail("operand '" + infos[i].name + "' is missing");
  for (unsigned i = 0; i != operands.size(); ++i) {
    if (operands[i].isTensor() && operands[i].getTensor().getNumElements() == 0)
      if (Error error =
              execution.checkExtent(operands[i].getTensor().getShape()))
        return error;
    if (entry.tensorsOnly && operands[i] && !operands[i].isTensor())
      return fail("operand " + Twine(i) + " is " + operands[i].describe() +
                  " where a tensor is expected");
    bool variadic = i >= infos.size() || infos[i].arity == Arity::Variadic;
    if (entry.tensorsOnly && variadic && !operands[i])
      return fail("operand " + Twine(i) + " is missing");
  }
  return Error::success();
}

/// What a kernel wrote into tensors of strings.
static Error countStrings(RuntimeValue &value) {
  if (!value.isTensor() || !value.getTensor().isString())
    return Error::success();
  TensorValue tensor = value.getTensor();
  return tensor.countStrings();
}

Expected<RuntimeValues> Execution::runCalled(const Operation &op,
                                             ArrayRef<RuntimeValue> operands) {
  // Text may let kernels call each other in a circle.
  constexpr unsigned maxCallDepth = 64;
  if (callDepth == maxCallDepth)
    return locate(
        fail("more than " + Twine(maxCallDepth) + " kernels call each other"),
        op);
  ++callDepth;
  const Region &body =
      isa<tile::CallOp>(op) ? tile::getKernel(&op)->getBody() : op.getRegion();
  auto results = runRegion(body, RuntimeValues(operands));
  --callDepth;
  return results;
}

Expected<RuntimeValues>
Execution::runOperation(const Operation &op, ArrayRef<RuntimeValue> operands) {
  if (isa<tile::CallOp, tile::BlockOp>(op))
    return runCalled(op, operands);
  const KernelEntry *entry = lookupKernel(op.getName());
  if (!entry)
    return locate(fail("the interpreter doesn't support this operator"), op,
                  DiagID::InterpUnsupported);
  if (Error error = checkOperands(*this, op, *entry, operands))
    return locate(std::move(error), op);

  auto start = std::chrono::steady_clock::now();
  KernelContext ctx(*this, op, operands);
  if (Error error = entry->kernel(ctx))
    return locate(std::move(error), op);
  auto time = std::chrono::steady_clock::now() - start;

  for (RuntimeValue &result : ctx.getResults())
    if (Error error = countStrings(result))
      return locate(std::move(error), op);
  for (unsigned i = 0; i != op.getNumResults(); ++i) {
    const Value *result = op.getResult(i);
    if (!ctx.getResults()[i] && !result->hasUses())
      continue;
    if (Error error =
            checkType(ctx.getResults()[i], result->getType(), symbols))
      return contradiction(op, "the computed result " + Twine(i) + " " +
                                   toString(std::move(error)));
    if (ctx.getResults()[i].isTensor())
      if (Error error =
              countWork(ctx.getResults()[i].getTensor().getNumElements()))
        return locate(std::move(error), op);
  }
  if (options.observer)
    options.observer({op, operands, ctx.getResults(), time});
  return RuntimeValues(ctx.getResults().begin(), ctx.getResults().end());
}

namespace {
/// The values of a region in flight. Each is held until its last use.
class Environment {
public:
  void define(const Value *value, RuntimeValue v) {
    if (unsigned uses = value->getNumUses())
      entries.try_emplace(value, Entry{std::move(v), uses});
  }
  /// Takes one use of \p value.
  RuntimeValue use(const Value *value) {
    auto it = entries.find(value);
    assert(it != entries.end() && "value is used before its definition");
    if (--it->second.remaining)
      return it->second.value;
    RuntimeValue last = std::move(it->second.value);
    entries.erase(it);
    return last;
  }

private:
  struct Entry {
    RuntimeValue value;
    unsigned remaining;
  };
  DenseMap<const Value *, Entry> entries;
};
} // namespace

Expected<RuntimeValues> Execution::runRegion(const Region &region,
                                             RuntimeValues arguments) {
  assert(arguments.size() == region.getNumArguments() &&
         "one value for each argument");
  Environment values;
  std::optional<TileExecutor> tiles;
  if (memory && &region == &memory->getGraph().getBody()) {
    tiles.emplace(*this);
    if (Error error = tiles->preload(region, arguments))
      return error;
  }
  for (unsigned i = 0; i != arguments.size(); ++i)
    values.define(region.getArgument(i), std::move(arguments[i]));
  arguments.clear();

  for (const Operation &op : region.getOps()) {
    RuntimeValues operands;
    for (unsigned i = 0; i != op.getNumOperands(); ++i) {
      const Value *operand = op.getOperand(i);
      operands.push_back(operand ? values.use(operand) : RuntimeValue());
    }
    if (op.hasTrait(OpTrait::Terminator)) {
      if (Error error = tiles ? tiles->finish() : Error::success())
        return error;
      return operands;
    }
    if (isTileLevel(op) && !tiles)
      tiles.emplace(*this);
    Expected<RuntimeValues> results =
        isTileLevel(op) ? tiles->run(op, operands) : runOperation(op, operands);
    if (!results)
      return results;
    for (unsigned i = 0; i != op.getNumResults(); ++i)
      values.define(op.getResult(i), std::move((*results)[i]));
  }
  return fail("a region without a terminator");
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static Error inputError(const Twine &message) {
  return make_error<InterpError>(DiagID::InterpRuntime, DiagLocation(),
                                 message.str());
}

Expected<RuntimeValues> onnc::run(const Graph &graph,
                                  ArrayRef<RuntimeValue> inputs,
                                  const RunOptions &options) {
  if (inputs.size() != graph.getNumInputs())
    return inputError("graph '" + graph.getName() + "' has " +
                      Twine(graph.getNumInputs()) + " inputs, but " +
                      Twine(inputs.size()) + " are given");
  Execution execution(options);
  // Twice, as a dimension may stand before the symbols that it is made of.
  for (int round = 0; round != 2; ++round)
    for (unsigned i = 0; i != inputs.size(); ++i) {
      const Value *input = graph.getInput(i);
      if (Error error =
              checkType(inputs[i], input->getType(), execution.symbols))
        return inputError("input '" + input->getName() + "' " +
                          toString(std::move(error)));
    }
  for (const auto &entry : graph.getModule().getSymbolRanges()) {
    auto it = execution.symbols.find(entry.getKey());
    const DimRange &range = entry.getValue();
    if (it != execution.symbols.end() &&
        (it->second < range.lo || it->second > range.hi))
      return inputError("dimension " + entry.getKey() + " is " +
                        Twine(it->second) + ", which is outside its range [" +
                        Twine(range.lo) + ", " + Twine(range.hi) + "]");
  }
  if (options.usePlan) {
    auto memory = PlannedMemory::create(graph, execution.budget);
    if (!memory)
      return inputError(toString(memory.takeError()));
    execution.memory = std::move(*memory);
  }
  return execution.runRegion(graph.getBody(),
                             RuntimeValues(inputs.begin(), inputs.end()));
}

Expected<RuntimeValues> onnc::evaluate(const Operation &op,
                                       ArrayRef<RuntimeValue> operands,
                                       const RunOptions &options) {
  assert(operands.size() == op.getNumOperands() && "one value per operand");
  Execution execution(options);
  return execution.runOperation(op, operands);
}
