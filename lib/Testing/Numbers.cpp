//===- Numbers.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"
#include "onnc/Support/FloatFormats.h"
#include "onnc/Testing/ModelGenerator.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

/// Calls fn.template operator()<T>() with the storage type of \p type; false
/// where that isn't a number.
template <typename Fn> static bool withStorage(ElementType type, Fn fn) {
  switch (type) {
#define CASE(ENUM, T)                                                          \
  case ElementType::ENUM:                                                      \
    fn.template operator()<T>();                                               \
    return true;
    CASE(F32, float)
    CASE(F64, double)
    CASE(F16, Half)
    CASE(BF16, BFloat16)
    CASE(I8, int8_t)
    CASE(I16, int16_t)
    CASE(I32, int32_t)
    CASE(I64, int64_t)
    CASE(U8, uint8_t)
    CASE(U16, uint16_t)
    CASE(U32, uint32_t)
    CASE(U64, uint64_t)
    CASE(Bool, uint8_t)
#undef CASE
  default:
    return false;
  }
}

bool smith::isNumeric(ElementType type) {
  return withStorage(type, []<typename T>() {});
}

TensorValue smith::makeTensor(ElementType type, ArrayRef<int64_t> shape,
                              function_ref<double()> next) {
  TensorValue tensor = cantFail(TensorValue::allocate(type, shape));
  withStorage(type, [&]<typename T>() {
    T *data = tensor.mutableData<T>();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      data[i] = static_cast<T>(next());
  });
  return tensor;
}

std::vector<double> smith::getNumbers(const TensorValue &tensor) {
  std::vector<double> numbers(tensor.getNumElements());
  withStorage(tensor.getElementType(), [&]<typename T>() {
    Elements<T> elements = tensor.elements<T>();
    for (auto [i, number] : enumerate(numbers))
      number = static_cast<double>(elements[i]);
  });
  return numbers;
}

TensorValue smith::makeRandomTensor(Random &random, ElementType type,
                                    ArrayRef<int64_t> shape, double lo,
                                    double hi) {
  if (type == ElementType::Bool) {
    lo = 0;
    hi = 1;
  } else if (getKind(type) == ElementKind::UInt) {
    lo = std::max(lo, 0.0);
  }
  const double unit = isFloat(type) ? 0.125 : 1;
  const auto first = int64_t(std::ceil(lo / unit));
  const auto last = std::max(first, int64_t(std::floor(hi / unit)));
  return makeTensor(type, shape,
                    [&] { return double(random.pick(first, last)) * unit; });
}

bool smith::isGenerated(ElementType type) { return isNumeric(type); }

Expected<std::vector<RuntimeValue>> smith::makeInputs(const Module &module) {
  std::vector<RuntimeValue> inputs;
  const Graph *graph = module.getMain();
  if (!graph)
    return createStringError("there is no graph 'main'");
  for (unsigned i = 0; i < graph->getNumInputs(); ++i) {
    const Value *input = graph->getInput(i);
    TensorType type = input->getTensorType();
    if (!type || !type.isStatic() || !isNumeric(type.getElementType()))
      return createStringError("input '" + input->getName() +
                               "' isn't a tensor of numbers of static shape");
    std::string key = (module.getName() + "/" + input->getName()).str();
    Random random(xxh3_64bits(key));
    const bool isReal = isFloat(type.getElementType());
    inputs.push_back(makeRandomTensor(random, type.getElementType(),
                                      *type.getStaticShape(), isReal ? -2 : -9,
                                      isReal ? 2 : 9));
  }
  return inputs;
}
