//===- ModelInputs.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelInputs.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Support/FloatFormats.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::fuzz;

/// Of an input.
static constexpr int64_t maxElements = 1 << 16;

/// Null where the importer refuses the tensor.
static ConstantAttr readTensor(Context &context,
                               const onnx::TensorProto &tensor) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(newestOnnxOpset);
  auto &graph = *model.mutable_graph();
  *graph.add_initializer() = tensor;
  graph.add_output()->set_name(tensor.name());
  const std::string bytes = model.SerializeAsString();
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  auto module = importModel(context, blob, "/nonexistent/fuzz.onnx");
  return module ? getConstantValue(module->getMain()->getOutput(0))
                : ConstantAttr();
}

InputMaker::InputMaker(Context &context, onnx::ModelProto &model, uint64_t seed)
    : random(seed) {
  auto &initializers = *model.mutable_graph()->mutable_initializer();
  for (const auto &input : model.graph().input())
    for (int i = initializers.size() - 1; i >= 0; --i)
      if (initializers[i].name() == input.name()) {
        defaults[input.name()] = readTensor(context, initializers[i]);
        initializers.DeleteSubrange(i, 1);
      }
}

std::optional<Shape> InputMaker::makeShape(TensorType type,
                                           ConstantAttr given) {
  Shape own;
  if (given)
    own = *given.getType().getStaticShape();
  if (!type.hasRank())
    return given ? own : Shape{2, 3};
  Shape shape;
  for (unsigned d = 0; d != type.getRank(); ++d) {
    DimExpr dim = type.getDim(d);
    const bool fits = own.size() == type.getRank();
    int64_t size = fits ? own[d] : int64_t(random.below(4));
    if (auto constant = dim.getConstant())
      size = *constant;
    else if (auto symbol = dim.getSymbol())
      size = symbols.try_emplace(*symbol, size).first->second;
    if (size < 0)
      return std::nullopt;
    shape.push_back(size);
  }
  Expected<int64_t> count = countElements(shape);
  if (count && *count <= maxElements)
    return shape;
  if (!count)
    consumeError(count.takeError());
  return std::nullopt;
}

/// The elements of \p constant as numbers; none where it holds something else.
static std::vector<double> getNumbers(ConstantAttr constant) {
  std::vector<double> numbers;
  auto tensor = constant ? TensorValue::fromConstant(constant)
                         : Expected<TensorValue>(TensorValue());
  if (!tensor) {
    consumeError(tensor.takeError());
    return numbers;
  }
  auto load = [&]<typename T>() {
    for (int64_t i = 0, e = tensor->getNumElements(); i != e; ++i)
      numbers.push_back(static_cast<double>(tensor->elements<T>()[i]));
  };
  switch (tensor->getElementType()) {
  case ElementType::F32:
    load.operator()<float>();
    break;
  case ElementType::F64:
    load.operator()<double>();
    break;
  case ElementType::F16:
    load.operator()<Half>();
    break;
  case ElementType::I64:
    load.operator()<int64_t>();
    break;
  case ElementType::I32:
    load.operator()<int32_t>();
    break;
  case ElementType::I8:
    load.operator()<int8_t>();
    break;
  case ElementType::U8:
  case ElementType::Bool:
    load.operator()<uint8_t>();
    break;
  default:
    break;
  }
  return numbers;
}

RuntimeValue InputMaker::makeTensor(TensorType type, ConstantAttr given) {
  std::optional<Shape> shape = makeShape(type, given);
  if (!shape)
    return {};
  const ElementType element = type.getElementType();
  auto tensor = TensorValue::allocate(element, *shape);
  if (!tensor) {
    consumeError(tensor.takeError());
    return {};
  }
  const int64_t count = tensor->getNumElements();
  const bool same = given && given.getType().getElementType() == element;
  if (element == ElementType::String) {
    for (int64_t i = 0; i != count; ++i)
      tensor->mutableData<std::string>()[i] =
          same && !given.getData().getStrings().empty()
              ? given.getData()
                    .getStrings()[i % given.getData().getStrings().size()]
              : std::string(1, char('a' + random.below(3)));
    return *tensor;
  }
  std::vector<double> numbers;
  if (!same)
    numbers = getNumbers(given);
  auto next = [&](int64_t i) {
    return numbers.empty() ? double(int64_t(random.below(9)) - 2)
                           : numbers[i % numbers.size()];
  };
  auto fill = [&]<typename T>() {
    for (int64_t i = 0; i != count; ++i)
      if constexpr (std::is_integral_v<T>)
        tensor->mutableData<T>()[i] =
            static_cast<T>(int64_t(std::clamp(next(i), -1e9, 1e9)));
      else
        tensor->mutableData<T>()[i] = T(static_cast<float>(next(i)));
  };
  if (!same)
    switch (element) {
    case ElementType::F32:
      fill.operator()<float>();
      return *tensor;
    case ElementType::F64:
      fill.operator()<double>();
      return *tensor;
    case ElementType::F16:
      fill.operator()<Half>();
      return *tensor;
    case ElementType::I64:
      fill.operator()<int64_t>();
      return *tensor;
    case ElementType::I32:
      fill.operator()<int32_t>();
      return *tensor;
    default:
      break;
    }
  // The default's own bytes, or any: as constants have them, each is a value.
  std::vector<char> bytes(*getByteSize(element, count));
  ArrayRef<char> own;
  if (same)
    own = given.getData().getBytes();
  for (size_t i = 0; i != bytes.size(); ++i)
    bytes[i] = own.empty() ? char(random.below(4)) : own[i % own.size()];
  return cantFail(TensorValue::fromPackedBytes(element, *shape, bytes));
}

RuntimeValue InputMaker::makeValue(Type type, ConstantAttr given) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return makeTensor(tensor, given);
  if (auto sequence = dyn_cast<SequenceType>(type)) {
    std::vector<RuntimeValue> elements;
    for (size_t i = 0, count = random.below(4); i != count; ++i) {
      RuntimeValue element = makeValue(sequence.getElementType(), given);
      if (!element)
        return {};
      elements.push_back(std::move(element));
    }
    return RuntimeValue::sequence(std::move(elements));
  }
  if (auto optional = dyn_cast<OptionalType>(type)) {
    RuntimeValue value = makeValue(optional.getElementType(), given);
    return value && random.below(4) ? RuntimeValue::some(std::move(value))
                                    : RuntimeValue::none();
  }
  return {};
}

std::optional<std::vector<RuntimeValue>> InputMaker::make(const Graph &graph) {
  std::vector<RuntimeValue> inputs;
  for (unsigned i = 0; i != graph.getNumInputs(); ++i) {
    const Value *input = graph.getInput(i);
    inputs.push_back(
        makeValue(input->getType(), defaults.lookup(input->getName())));
    if (!inputs.back())
      return std::nullopt;
  }
  return inputs;
}
