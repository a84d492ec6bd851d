//===- OperatorSamples.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorSamples.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// As many as ElementTypes.def has.
static constexpr unsigned numElementTypes = 0
#define ELEMENT_TYPE(...) +1
#include "onnc/Support/ElementTypes.def"
    ;

static bool isAnything(const ValueInfo &value) {
  return value.elementTypes == ~uint64_t(0);
}

static bool allows(const ValueInfo &value, ElementType type) {
  return value.elementTypes >> unsigned(type) & 1;
}

const ValueInfo *onnc::getLeadingValue(const OpInfo &info) {
  auto hasChoice = [](const ValueInfo &value) {
    return !isAnything(value) && popcount(value.elementTypes) > 1;
  };
  for (ArrayRef<ValueInfo> values : {info.operands, info.results})
    if (auto *it = find_if(values, hasChoice); it != values.end())
      return it;
  if (auto *it = find_if(info.operands, isAnything); it != info.operands.end())
    return it;
  for (ArrayRef<ValueInfo> values : {info.operands, info.results})
    if (!values.empty())
      return values.begin();
  return nullptr;
}

uint64_t onnc::getLeadingTypes(const OpInfo &info) {
  const ValueInfo *leading = getLeadingValue(info);
  return leading
             ? leading->elementTypes & ((uint64_t(1) << numElementTypes) - 1)
             : 0;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// The number as an element of \p type, or one near it.
static std::string getElementText(ElementType type, int64_t number) {
  switch (getKind(type)) {
  case ElementKind::Float:
    // Powers of two only, which read as their bits.
    if (type == ElementType::F8E8M0)
      return number > 1 ? "0x80" : "0x7f";
    return std::to_string(number) + ".0";
  case ElementKind::Complex:
    return "(" + std::to_string(number) + ".0, 0.0)";
  case ElementKind::Bool:
    return number ? "true" : "false";
  case ElementKind::String:
    return "\"1\"";
  case ElementKind::SInt:
    // i2 ends at 1.
    return std::to_string(getBitWidth(type) < 3 ? std::min<int64_t>(number, 1)
                                                : number);
  case ElementKind::UInt:
    return std::to_string(number);
  }
  llvm_unreachable("no such kind");
}

static std::string substitute(StringRef text, ElementType type) {
  std::string out = text.str();
  auto replace = [&](StringRef name, const std::string &value) {
    for (size_t at; (at = out.find(name)) != std::string::npos;)
      out.replace(at, name.size(), value);
  };
  replace("$T", getName(type).str());
  replace("$N", std::to_string(getOnnxNumber(type)));
  replace("$1", getElementText(type, 1));
  return out;
}

static std::string getTensorText(StringRef shape, ElementType type) {
  return ("tensor<" + (shape == "[]" ? "" : shape + "x") + getName(type) + ">")
      .str();
}

/// A constant of the tensor type \p text; the last of \p numbers stands for all
/// elements that follow.
static ConstantAttr makeConstant(Context &context, const std::string &text,
                                 ArrayRef<int64_t> numbers) {
  auto type = cast<TensorType>(parseType(context, text));
  std::string list;
  for (int64_t i = 0; i < *type.getNumElements(); ++i)
    list += (i ? ", " : "") +
            getElementText(type.getElementType(),
                           numbers[std::min<size_t>(i, numbers.size() - 1)]);
  return cast<ConstantAttr>(
      parseAttribute(context, "dense<" + text + ", [" + list + "]>"));
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

namespace {

/// Builds one sample.
class SampleBuilder {
public:
  SampleBuilder(Context &context, const OpInfo &info, ElementType type,
                bool constantOperands)
      : context(context), info(info), type(type),
        constantOperands(constantOperands),
        module(std::make_unique<Module>(context, info.getShortName())),
        graph(module->addGraph("main")), builder(context),
        leading(getLeadingValue(info)) {
    builder.setInsertionPointToEnd(graph.getBody());
  }

  /// nullopt where the operator doesn't take these operands. Once at most.
  std::optional<OperatorSample> build(StringRef operands, StringRef attributes);
  /// Are there operands that are constants only as that was asked for?
  bool hasMadeConstants() const { return madeConstants; }

private:
  Value *makeOperand(StringRef text, const ValueInfo &value);
  ElementType chooseType(const ValueInfo &value) const;

  Context &context;
  const OpInfo &info;
  const ElementType type;
  const bool constantOperands;
  std::unique_ptr<Module> module;
  Graph &graph;
  Builder builder;
  const ValueInfo *leading;
  bool madeConstants = false;
};

} // namespace

ElementType SampleBuilder::chooseType(const ValueInfo &value) const {
  const bool isLeading =
      &value == leading ||
      (!value.typeVar.empty() && value.typeVar == leading->typeVar);
  if (isLeading || allows(value, type))
    return type;
  for (ElementType usual : {ElementType::F32, ElementType::I64,
                            ElementType::I32, ElementType::Bool})
    if (allows(value, usual))
      return usual;
  return static_cast<ElementType>(countr_zero(value.elementTypes));
}

Value *SampleBuilder::makeOperand(StringRef text, const ValueInfo &value) {
  if (text == "_")
    return nullptr;
  auto addInput = [&](const std::string &typeText) {
    return graph.getBody().addArgument(
        parseType(context, typeText),
        "x" + std::to_string(graph.getNumInputs()));
  };
  if (text.consume_front("!"))
    return addInput(substitute(text, type));
  auto [port, elements] = text.split('=');
  auto [shape, typeName] = port.split(':');
  const ElementType element =
      typeName.empty() ? chooseType(value) : *parseElementType(typeName);
  const std::string tensor = getTensorText(shape, element);
  if (elements.empty()) {
    if (!constantOperands || graph.getNumInputs() == 0)
      return addInput(tensor);
    madeConstants = true;
    elements = "2";
  }
  SmallVector<int64_t, 64> numbers;
  for (StringRef word : split(elements, ','))
    (void)word.getAsInteger(10, numbers.emplace_back());
  return builder.constant(makeConstant(context, tensor, numbers));
}

std::optional<OperatorSample> SampleBuilder::build(StringRef operands,
                                                   StringRef attributes) {
  int numResults = count_if(
      info.results, [](const ValueInfo &v) { return v.arity == Arity::One; });
  numResults = std::max(numResults, 1);
  auto [inputs, results] = operands.split("->");
  (void)results.trim().getAsInteger(10, numResults);

  SmallVector<StringRef, 8> words;
  inputs.split(words, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  SmallVector<Value *, 8> values;
  for (auto [i, word] : enumerate(words))
    values.push_back(makeOperand(
        word, info.operands[std::min(i, info.operands.size() - 1)]));
  auto dict = cast<DictAttr>(
      parseAttribute(context, "{" + substitute(attributes, type) + "}"));
  SmallVector<NamedAttr, 8> named(dict.getValue());
  Operation *op = builder.createInferred(info.name, values, named, numResults);
  if (!op)
    return std::nullopt;
  std::vector<std::string> names;
  for (int i = 0; i < numResults; ++i)
    names.push_back("y" + std::to_string(i));
  builder.createReturn(SmallVector<Value *, 2>(op->getResults()));
  graph.setOutputNames(std::move(names));
  return OperatorSample{std::move(module), op};
}

//===----------------------------------------------------------------------===//
// All of an operator
//===----------------------------------------------------------------------===//

namespace {
struct SampleText {
  StringLiteral op, operands, attributes;
};
struct ModelText {
  StringLiteral op, text;
};
} // namespace

static constexpr SampleText samples[] = {
#define SAMPLE(NAME, OPERANDS, ATTRIBUTES) {NAME, OPERANDS, ATTRIBUTES},
#include "OperatorSamples.def"
};

static constexpr ModelText models[] = {
#define SAMPLE(NAME, OPERANDS, ATTRIBUTES)
#define MODEL(NAME, TEXT) {NAME, TEXT},
#include "OperatorSamples.def"
};

/// Operands of one shape, for an operator without samples of its own.
static std::string guessOperands(const OpInfo &info, StringRef shape) {
  std::string text;
  for (const ValueInfo &operand : info.operands)
    for (int i = operand.arity == Arity::Optional ? 2
                 : operand.arity == Arity::One    ? 1
                                                  : 0;
         i < 2; ++i)
      text += (shape + " ").str();
  return text;
}

static std::optional<OperatorSample> parseSample(Context &context,
                                                 const OpInfo &info,
                                                 ElementType type,
                                                 StringRef text) {
  OperatorSample sample{parseModule(context, substitute(text, type), info.name),
                        nullptr};
  if (!sample.module)
    return std::nullopt;
  for (Operation &op : sample.module->getMain()->getBody().getOps())
    if (&op.getInfo() == &info)
      sample.op = &op;
  assert(sample.op && "a sample without its operator");
  return sample;
}

/// Is the leading value of elements of \p type, as far as its type tells?
static bool isOfType(const Operation &op, ElementType type) {
  const OpInfo &info = op.getInfo();
  const ValueInfo *leading = getLeadingValue(info);
  const bool isOperand =
      leading >= info.operands.begin() && leading < info.operands.end();
  const unsigned index =
      leading - (isOperand ? info.operands : info.results).begin();
  const Value *value = isOperand ? op.getOperand(index) : op.getResult(index);
  TensorType tensor = value ? value->getTensorType() : TensorType();
  return !tensor || tensor.getElementType() == type;
}

std::vector<OperatorSample>
onnc::makeSamples(Context &context, const OpInfo &info, ElementType type) {
  std::vector<OperatorSample> found;
  // Most attributes suit some of an operator's types only.
  auto handler =
      context.getDiagnostics().exchangeHandler([](const Diagnostic &) {});
  auto add = [&](std::optional<OperatorSample> sample) {
    if (!sample || !isOfType(*sample->op, type))
      return;
    sample->module->setProperties({Property::Imported});
    if (succeeded(verify(*sample->module)))
      found.push_back(std::move(*sample));
  };
  bool isDeclared = false;
  for (bool constantOperands : {false, true}) {
    auto build = [&](StringRef operands, StringRef attributes) {
      SampleBuilder builder(context, info, type, constantOperands);
      auto sample = builder.build(operands, attributes);
      if (!constantOperands || builder.hasMadeConstants())
        add(std::move(sample));
    };
    for (const SampleText &sample : samples)
      if (sample.op == info.name) {
        isDeclared = true;
        build(sample.operands, sample.attributes);
      }
    for (const ModelText &model : models)
      if (model.op == info.name) {
        isDeclared = true;
        if (!constantOperands)
          add(parseSample(context, info, type, model.text));
      }
    if (!isDeclared)
      for (StringRef shape : {"4x8", "1x4x8x8"})
        build(guessOperands(info, shape), "");
  }
  context.getDiagnostics().exchangeHandler(std::move(handler));
  return found;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static RuntimeValue makeValue(Type type) {
  switch (type.getKind()) {
  case TypeKind::Tensor:
    return cantFail(TensorValue::fromConstant(
        makeConstant(type.getContext(), type.str(), {1})));
  case TypeKind::Sequence:
    return RuntimeValue::sequence(
        {makeValue(cast<SequenceType>(type).getElementType())});
  case TypeKind::Optional:
    return RuntimeValue::some(
        makeValue(cast<OptionalType>(type).getElementType()));
  case TypeKind::Map: {
    auto map = cast<MapType>(type);
    MapValue::Key key = int64_t(1);
    if (map.getKeyType() == ElementType::String)
      key = std::string("a");
    return RuntimeValue::map({{{key, makeValue(map.getValueType())}}});
  }
  default:
    llvm_unreachable("no sample has such an input");
  }
}

SmallVector<RuntimeValue, 4> onnc::makeSampleInputs(const Graph &graph) {
  SmallVector<RuntimeValue, 4> values;
  for (unsigned i = 0; i != graph.getNumInputs(); ++i)
    values.push_back(makeValue(graph.getInput(i)->getType()));
  return values;
}
