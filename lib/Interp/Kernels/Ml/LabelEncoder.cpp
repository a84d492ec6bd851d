//===- LabelEncoder.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Elements that stand for others: LabelEncoder and CategoryMapper.
///
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Kernels.h"
#include "Ml.h"
#include <cmath>
#include <unordered_map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// What elements of type T are compared by: every NaN is one key, as are the
/// zeros of both signs.
template <typename T> static auto getKey(const T &value) {
  if constexpr (std::is_floating_point_v<T>)
    return llvm::bit_cast<uint64_t>(std::isnan(value) ? double(NAN)
                                                      : double(value) + 0.0);
  else
    return value;
}

using EncodableTypes =
    decltype(StringType() + TypeSet<TypeCase<ElementType::I64, int64_t>,
                                    TypeCase<ElementType::I32, int32_t>,
                                    TypeCase<ElementType::I16, int16_t>,
                                    TypeCase<ElementType::F32, float>,
                                    TypeCase<ElementType::F64, double>>());

/// The i-th of \p values for elements of \p x that equal the i-th of \p keys
/// (of the last such), \p fallback's only element for others.
static Error encode(KernelContext &ctx, const TensorValue &x,
                    const TensorValue &keys, const TensorValue &values,
                    const TensorValue &fallback) {
  if (keys.getElementType() != x.getElementType())
    return fail("the keys are of " + getName(keys.getElementType()) +
                " for elements of " + getName(x.getElementType()));
  if (keys.getNumElements() != values.getNumElements())
    return fail(Twine(keys.getNumElements()) + " keys for " +
                Twine(values.getNumElements()) + " values");
  if (fallback.getElementType() != values.getElementType() ||
      fallback.getNumElements() != 1)
    return fail("the default is no single element of the values' type");
  auto y = ctx.allocate(values.getElementType(), x.getShape());
  if (!y)
    return y.takeError();
  const int64_t count = x.getNumElements();
  // Positions in values, then the values themselves: types needn't be paired.
  std::vector<int64_t> positions(count, -1);
  if (Error error = dispatch(
          EncodableTypes(), x.getElementType(), [&]<typename T>() -> Error {
            std::unordered_map<decltype(getKey(T())), int64_t> places;
            for (int64_t i = 0, e = keys.getNumElements(); i != e; ++i)
              places[getKey<T>(keys.elements<T>()[i])] = i;
            for (int64_t i = 0; i != count; ++i)
              if (auto it = places.find(getKey<T>(x.elements<T>()[i]));
                  it != places.end())
                positions[i] = it->second;
            return Error::success();
          }))
    return error;
  cantFail(dispatchStorage(values.getElementType(), [&]<typename T>() -> Error {
    T *to = y->mutableData<T>();
    for (int64_t i = 0; i != count; ++i)
      to[i] = positions[i] < 0 ? fallback.elements<T>()[0]
                               : values.elements<T>()[positions[i]];
    return Error::success();
  }));
  return ctx.done(std::move(*y));
}

static TensorValue toTensor(ArrayRef<std::string> values) {
  return TensorValue::of<std::string>(ElementType::String,
                                      {int64_t(values.size())}, values);
}
static TensorValue toTensor(ArrayRef<int64_t> values) {
  return TensorValue::of<int64_t>(ElementType::I64, {int64_t(values.size())},
                                  values);
}

Error kernels::mlCategoryMapper(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  TensorValue strings = toTensor(getStrings(ctx.op, "cats_strings"));
  TensorValue integers = toTensor(ctx.op.getInts("cats_int64s"));
  if (x.isString())
    return encode(ctx, x, strings, integers,
                  toTensor(ctx.op.getInt("default_int64", -1)));
  return encode(ctx, x, integers, strings,
                toTensor(ctx.op.getString("default_string", "_Unused").str()));
}

/// The one of the attributes "<prefix>_…" that is there.
static Expected<TensorValue> getCodes(const KernelContext &ctx,
                                      StringRef prefix) {
  auto name = [&](StringRef suffix) { return (prefix + suffix).str(); };
  if (auto tensor = ctx.op.getAttrOfType<ConstantAttr>(name("_tensor")))
    return TensorValue::fromConstant(tensor, ctx.getBudget());
  if (auto list = getStrings(ctx.op, name("_strings")); !list.empty())
    return toTensor(list);
  if (auto list = ctx.op.getInts(name("_int64s")); !list.empty())
    return toTensor(list);
  SmallVector<double, 6> list = ctx.op.getFloats(name("_floats"));
  SmallVector<float, 6> floats(list.begin(), list.end());
  return TensorValue::of<float>(ElementType::F32, {int64_t(floats.size())},
                                floats);
}

static Expected<TensorValue> getFallback(const KernelContext &ctx,
                                         ElementType type) {
  if (auto tensor = ctx.op.getAttrOfType<ConstantAttr>("default_tensor"))
    return TensorValue::fromConstant(tensor, ctx.getBudget());
  if (type == ElementType::String)
    return toTensor(ctx.op.getString("default_string", "_Unused").str());
  auto fallback = ctx.allocate(type, {1});
  if (!fallback)
    return fallback;
  if (Error error = dispatch(NumericTypes(), type, [&]<typename T>() -> Error {
        if constexpr (std::is_integral_v<T>)
          *fallback->mutableData<T>() =
              static_cast<T>(ctx.op.getInt("default_int64", -1));
        else
          *fallback->mutableData<T>() =
              static_cast<T>(ctx.op.getFloat("default_float", -0.0));
        return Error::success();
      }))
    return error;
  return fallback;
}

Error kernels::mlLabelEncoder(KernelContext &ctx) {
  auto keys = getCodes(ctx, "keys"), values = getCodes(ctx, "values");
  if (!keys || !values)
    return joinErrors(keys.takeError(), values.takeError());
  auto fallback = getFallback(ctx, values->getElementType());
  if (!fallback)
    return fallback.takeError();
  return encode(ctx, ctx.tensor(0), *keys, *values, *fallback);
}
