//===- Batch.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Batch.h"

using namespace llvm;
using namespace onnc;

Expected<int64_t> Batch::count(ArrayRef<RuntimeValue> inputs,
                               ArrayRef<ProgramValueInfo> infos) {
  std::optional<int64_t> runs;
  bool empty = true;
  for (auto [input, info] : zip_equal(inputs, infos)) {
    if (!isBatch(input))
      return createStringError("input '" + info.name +
                               "' has no leading axis that counts runs");
    int64_t size = input.getTensor().getDim(0);
    if (runs && *runs != size)
      return createStringError(
          "input '" + info.name + "' has " + std::to_string(size) +
          " runs, those before it have " + std::to_string(*runs));
    runs = size;
    empty &= input.getTensor().getNumElements() == 0;
  }
  if (empty)
    return createStringError("--each needs inputs with at least one run");
  return *runs;
}

std::vector<RuntimeValue> Batch::slice(ArrayRef<RuntimeValue> inputs,
                                       int64_t i) {
  std::vector<RuntimeValue> out;
  for (const RuntimeValue &input : inputs) {
    auto whole = std::make_shared<TensorValue>(input.getTensor());
    ElementType type = whole->getElementType();
    int64_t stride = whole->getNumElements() / whole->getDim(0) *
                     static_cast<int64_t>(getElementSize(type));
    out.push_back(TensorValue::view(type, whole->getShape().drop_front(),
                                    whole->getBytes().data() + i * stride,
                                    whole));
  }
  return out;
}

Expected<RuntimeValue> Batch::stack(ArrayRef<RuntimeValue> parts,
                                    StringRef name) {
  Shape shape{static_cast<int64_t>(parts.size())};
  for (const RuntimeValue &part : parts) {
    if (!part.isTensor() ||
        part.getTensor().getElementType() !=
            parts[0].getTensor().getElementType() ||
        part.getTensor().getShape() != parts[0].getTensor().getShape())
      return createStringError("output '" + name +
                               "' isn't a tensor of one shape in all runs, so "
                               "it can't be stacked");
  }
  const TensorValue &first = parts[0].getTensor();
  append_range(shape, first.getShape());
  auto view = [&](auto elements) {
    auto owner = std::make_shared<decltype(elements)>(std::move(elements));
    const char *data = reinterpret_cast<const char *>(owner->data());
    return RuntimeValue(
        TensorValue::view(first.getElementType(), shape, data, owner));
  };
  if (first.isString()) {
    std::vector<std::string> strings;
    for (const RuntimeValue &part : parts)
      for (int64_t i = 0; i < first.getNumElements(); ++i)
        strings.push_back(part.getTensor().elements<std::string>()[i]);
    return view(std::move(strings));
  }
  std::vector<char> bytes;
  for (const RuntimeValue &part : parts)
    append_range(bytes, part.getTensor().getBytes());
  return view(std::move(bytes));
}
