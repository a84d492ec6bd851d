//===- Dispatch.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

double interp::loadReal(const TensorValue &tensor, int64_t i) {
  double value = 0;
  cantFail(dispatch(RealTypes(), tensor.getElementType(),
                    [&]<typename T>() -> Error {
                      value = static_cast<double>(tensor.elements<T>()[i]);
                      return Error::success();
                    }));
  return value;
}

std::vector<double> interp::loadReals(const TensorValue &tensor) {
  std::vector<double> values(tensor.getNumElements());
  cantFail(dispatch(RealTypes(), tensor.getElementType(),
                    [&]<typename T>() -> Error {
                      Elements<T> elements = tensor.elements<T>();
                      for (size_t i = 0; i != values.size(); ++i)
                        values[i] = static_cast<double>(elements[i]);
                      return Error::success();
                    }));
  return values;
}

std::vector<int64_t> interp::loadInts(const TensorValue &tensor) {
  std::vector<int64_t> values(tensor.getNumElements());
  auto types = IntegerTypes() + BoolType() +
               TypeSet<TypeCase<ElementType::I4, int8_t>,
                       TypeCase<ElementType::U4, uint8_t>,
                       TypeCase<ElementType::I2, int8_t>,
                       TypeCase<ElementType::U2, uint8_t>>();
  cantFail(dispatch(types, tensor.getElementType(), [&]<typename T>() -> Error {
    Elements<T> elements = tensor.elements<T>();
    for (size_t i = 0; i != values.size(); ++i)
      values[i] = static_cast<int64_t>(elements[i]);
    return Error::success();
  }));
  return values;
}

Expected<TensorValue> interp::storeReals(KernelContext &ctx, ElementType type,
                                         ArrayRef<int64_t> shape,
                                         ArrayRef<double> values) {
  Expected<TensorValue> result = ctx.allocate(type, shape);
  if (!result)
    return result;
  assert(result->getNumElements() == static_cast<int64_t>(values.size()) &&
         "values don't fill the shape");
  if (Error error = dispatch(FloatTypes(), type, [&]<typename T>() -> Error {
        T *to = result->mutableData<T>();
        for (size_t i = 0; i != values.size(); ++i)
          to[i] = static_cast<T>(values[i]);
        return Error::success();
      }))
    return error;
  return result;
}
