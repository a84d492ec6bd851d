//===- ModelBuilder.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Interp/Interpreter.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

/// Beyond it sums of a few elements leave half precision.
static constexpr double largest = 500;

ModelBuilder::ModelBuilder(Context &context, const GeneratorOptions &options)
    : context(context), options(options),
      module(std::make_unique<Module>(context,
                                      "smith" + std::to_string(options.seed))),
      graph(module->addGraph("main")), builder(context),
      random(options.seed + 1) {
  builder.setInsertionPointToEnd(graph.getBody());
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

int64_t ModelBuilder::pickAxis(Value *value) {
  const int64_t rank = rankOf(value);
  return pick(-rank, rank - 1);
}

ModelBuilder::Shape ModelBuilder::broadcastable(ArrayRef<int64_t> target) {
  Shape shape(target.drop_front(once(3) ? pick(0, target.size()) : 0));
  for (int64_t &size : shape)
    if (once(4))
      size = 1;
  return shape;
}

Value *ModelBuilder::any(Filter accepts) {
  SmallVector<Value *, 16> found;
  for (Value *value : values)
    if (accepts(value))
      found.push_back(value);
  if (found.empty())
    return nullptr;
  const int64_t last = found.size() - 1;
  return found[std::max(pick(0, last), pick(0, last))];
}

Value *ModelBuilder::anyOf(function_ref<bool(ElementType)> accepts,
                           unsigned minRank, unsigned maxRank) {
  Value *value = any([&](Value *v) {
    return accepts(typeOf(v)) && rankOf(v) >= minRank && rankOf(v) <= maxRank;
  });
  if (value && !once(12))
    return value;
  SmallVector<ElementType, 4> types;
  copy_if(options.types, std::back_inserter(types), accepts);
  if (types.empty())
    return value;
  return addInput(oneOfRange(types), minRank, maxRank);
}

Value *ModelBuilder::anyFloat(unsigned minRank, unsigned maxRank) {
  return anyOf(isFloat, minRank, maxRank);
}

Value *ModelBuilder::like(Value *value) {
  Value *other =
      any([&](Value *v) { return v->getType() == value->getType(); });
  if (other && !once(3))
    return other;
  return constant(typeOf(value), shapeOf(value));
}

Value *ModelBuilder::addInput(ElementType type, unsigned minRank,
                              unsigned maxRank) {
  const unsigned rank = pick(minRank, maxRank);
  Shape shape;
  int64_t volume = 1;
  for (unsigned i = 0; i < rank; ++i) {
    // A batch, channels, and an image; or a matrix.
    const int64_t limit = rank < 3 ? 24 : i == 0 ? 2 : i == 1 ? 8 : 12;
    shape.push_back(std::min(
        pick(1, limit), std::max<int64_t>(1, options.maxElements / volume)));
    volume *= shape.back();
  }
  Value *input = graph.getBody().addArgument(
      TensorType::get(context, type, ArrayRef<int64_t>(shape)),
      "x" + std::to_string(graph.getNumInputs()));
  State state;
  state.value = cantFail(makeInputs(*module)).back();
  (void)analyze(state, true);
  states[input] = std::move(state);
  values.push_back(input);
  return input;
}

Value *ModelBuilder::constant(const TensorValue &value) {
  Value *result = builder.constant(value.toConstant(context));
  State state;
  state.value = value;
  (void)analyze(state, true);
  states[result] = std::move(state);
  return result;
}

Value *ModelBuilder::constant(ElementType type, ArrayRef<int64_t> shape,
                              double lo, double hi) {
  return constant(makeRandomTensor(random, type, shape, lo, hi));
}

Value *ModelBuilder::number(ElementType type, double value) {
  return constant(makeTensor(type, {}, [&] { return value; }));
}

Value *ModelBuilder::ints(ArrayRef<int64_t> elements) {
  return constant(TensorValue::of<int64_t>(
      ElementType::I64, {int64_t(elements.size())}, elements));
}

Value *ModelBuilder::floats(ArrayRef<float> elements) {
  return constant(TensorValue::of<float>(ElementType::F32,
                                         {int64_t(elements.size())}, elements));
}

Value *ModelBuilder::weights(ElementType type, ArrayRef<int64_t> shape,
                             int64_t terms) {
  // A power of two near 1/sqrt(terms), so that products stay exact.
  const double scale = std::exp2(-std::floor(std::log2(double(terms)) / 2));
  return constant(
      makeTensor(type, shape, [&] { return double(pick(-8, 8)) / 8 * scale; }));
}

Value *ModelBuilder::clamp(Value *value, double lo, double hi) {
  if (getMin(value) >= lo && getMax(value) <= hi)
    return value;
  const ElementType type = typeOf(value);
  Operation *op =
      makeExact("Clip", {value, std::isfinite(lo) ? number(type, lo) : nullptr,
                         std::isfinite(hi) ? number(type, hi) : nullptr});
  return op ? op->getResult() : nullptr;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

NamedAttr ModelBuilder::attr(StringRef name, int64_t value) {
  return {context.intern(name), IntAttr::get(value)};
}
NamedAttr ModelBuilder::attr(StringRef name, double value) {
  return {context.intern(name), FloatAttr::get(value)};
}
NamedAttr ModelBuilder::attr(StringRef name, const char *value) {
  return {context.intern(name), StringAttr::get(value)};
}
NamedAttr ModelBuilder::attr(StringRef name, ArrayRef<int64_t> value) {
  return {context.intern(name), IntsAttr::get(value)};
}

bool ModelBuilder::analyze(State &state, bool operandsExact) {
  const TensorValue &tensor = state.value.getTensor();
  std::vector<double> numbers = getNumbers(tensor);
  state.exact = operandsExact;
  state.min = state.max = numbers.empty() ? 0 : numbers.front();
  const bool isReal = isFloat(tensor.getElementType());
  for (double number : numbers) {
    if (!(std::abs(number) <= largest))
      return false;
    state.min = std::min(state.min, number);
    state.max = std::max(state.max, number);
    // Eleven bits are a half's; fewer leave room for sums.
    if (isReal &&
        (number * 128 != std::floor(number * 128) || std::abs(number) > 8))
      state.exact = false;
  }
  return true;
}

bool ModelBuilder::analyzeResult(Type resultType, State &state, bool exact) {
  auto type = dyn_cast<TensorType>(resultType);
  if (!type || !state.value.isTensor() || !isNumeric(type.getElementType())) {
    state.exact = exact;
    return true;
  }
  const int64_t size = state.value.getTensor().getNumElements();
  return size != 0 && size <= options.maxElements && analyze(state, exact);
}

ModelBuilder::Shape ModelBuilder::getActualShape(Value *value) {
  return Shape(states[value].value.getTensor().getShape());
}

Operation *ModelBuilder::perform(StringRef name, bool keepsExact,
                                 function_ref<Operation *()> create) {
  if (!flaw.empty())
    return nullptr;
  builder.setLoc(
      Location::node(context, (name + "_" + Twine(numOperations++)).str()));
  std::string messages;
  auto handler = context.getDiagnostics().exchangeHandler(
      [&](const Diagnostic &diag) { messages += diag.message; });
  Operation *op = create();
  context.getDiagnostics().exchangeHandler(std::move(handler));
  if (!op) {
    flaw = ("onnx." + name + ": " + messages).str();
    return nullptr;
  }
  if (options.accepts && !options.accepts(*op)) {
    op->erase();
    return nullptr;
  }
  std::vector<RuntimeValue> inputs;
  bool exact = keepsExact;
  for (Value *operand : op->getOperands()) {
    inputs.push_back(operand ? states[operand].value : RuntimeValue());
    exact &= !operand || states[operand].exact;
  }
  auto results = evaluate(*op, inputs);
  if (!results) {
    flaw = ("onnx." + name + ": " + toString(results.takeError())).str();
    op->erase();
    return nullptr;
  }
  SmallVector<State, 2> newStates;
  for (auto [value, result] : zip_equal(*results, op->getResults())) {
    State &state = newStates.emplace_back();
    state.value = value;
    if (!analyzeResult(result->getType(), state, exact)) {
      op->erase();
      return nullptr;
    }
  }
  for (auto [state, result] : zip_equal(newStates, op->getResults())) {
    TensorType type = result->getTensorType();
    if (type && type.isStatic() && isNumeric(type.getElementType()))
      values.push_back(result);
    states[result] = std::move(state);
  }
  return op;
}

Operation *ModelBuilder::make(StringRef name, ArrayRef<Value *> operands,
                              ArrayRef<NamedAttr> attrs, int numResults,
                              bool keepsExact) {
  return perform(name, keepsExact, [&] {
    return builder.createInferred(("onnx." + name).str(), operands, attrs,
                                  numResults);
  });
}

Operation *ModelBuilder::makeWithBodies(StringRef name,
                                        ArrayRef<Value *> operands,
                                        ArrayRef<NamedAttr> attrs,
                                        unsigned numResults, FillFn fill) {
  return perform(name, false, [&]() -> Operation * {
    const OpInfo &info = *context.lookupOp(("onnx." + name).str());
    const SmallVector<Type, 4> none(numResults, NoneType::get(context));
    Operation *op =
        builder.create(info, operands, none, attrs, info.regions.size());
    for (unsigned i = 0; i != op->getNumRegions(); ++i) {
      Builder inner(context);
      inner.setLoc(builder.getLoc());
      inner.setInsertionPointToEnd(op->getRegion(i));
      inner.createReturn(fill(inner, op->getRegion(i), i));
    }
    if (succeeded(inferTypes(op)))
      return op;
    op->erase();
    return nullptr;
  });
}

/// What only served operations that were taken back.
void ModelBuilder::eraseUnused() {
  SmallVector<Operation *, 16> ops;
  for (Operation &op : graph.getBody().getOps())
    ops.push_back(&op);
  for (Operation *op : reverse(ops))
    if (!op->hasUses() && none_of(op->getResults(), [&](Value *result) {
          return is_contained(values, result);
        }))
      op->erase();
}

std::unique_ptr<Module> ModelBuilder::finish() {
  eraseUnused();
  SmallVector<Value *, 4> outputs;
  std::vector<std::string> names;
  for (Value *value : values) {
    if (value->isArgument() || (value->hasUses() && !once(8)))
      continue;
    names.push_back("y" + std::to_string(outputs.size()));
    outputs.push_back(value);
  }
  builder.createReturn(outputs);
  graph.setOutputNames(std::move(names));
  for (unsigned i = graph.getNumInputs(); i-- > 0;)
    if (!graph.getInput(i)->hasUses())
      graph.getBody().eraseArgument(i);
  module->setProperties({Property::Imported});
  return std::move(module);
}
