//===- Program.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/Program.h"

using namespace llvm;
using namespace onnc;

ProgramValueInfo ProgramValueInfo::ofTensor(StringRef name, ElementType element,
                                            ArrayRef<int64_t> shape) {
  std::string type = "tensor<";
  for (int64_t dim : shape)
    type += std::to_string(dim) + "x";
  type += getName(element).str() + ">";
  return {name.str(), std::move(type), element,
          SmallVector<int64_t, 6>(shape.begin(), shape.end())};
}

Error ProgramValueInfo::checkTensor(const RuntimeValue &value) const {
  if (value.isTensor() && value.getTensor().getElementType() == *elementType &&
      value.getTensor().getShape() == ArrayRef<int64_t>(*shape))
    return Error::success();
  return createStringError("input '" + name + "' must be a " + type);
}

Expected<std::vector<std::vector<RuntimeValue>>>
Program::runEach(ArrayRef<std::vector<RuntimeValue>> batch) {
  std::vector<std::vector<RuntimeValue>> results;
  for (ArrayRef<RuntimeValue> inputs : batch) {
    auto result = run(inputs);
    if (!result)
      return result.takeError();
    results.push_back(std::move(*result));
  }
  return results;
}
