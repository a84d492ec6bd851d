//===- Maps.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Maps to tensors and rows to maps.
///
//===----------------------------------------------------------------------===//

#include "../../Dispatch.h"
#include "../../Kernels.h"
#include "../Cast.h"
#include "Ml.h"
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// The value of an entry: a tensor of one element.
static Expected<TensorValue> getElement(const RuntimeValue &value) {
  if (value.isTensor() && value.getTensor().getNumElements() == 1)
    return value.getTensor();
  return fail("the map holds " + value.describe() +
              " where one element is expected");
}

/// Operand 0, whose keys must be strings or not.
static Expected<const MapValue *> getMap(const KernelContext &ctx,
                                         bool hasStrings) {
  if (!ctx.value(0).isMap())
    return fail("operand 0 is " + ctx.value(0).describe() +
                " where a map is expected");
  const MapValue &map = ctx.value(0).getMap();
  for (const auto &entry : map.entries)
    if (std::holds_alternative<std::string>(entry.first) != hasStrings)
      return fail("the map's keys are of another type than expected");
  return &map;
}

static void copyElement(const TensorValue &from, TensorValue &to, int64_t at) {
  cantFail(dispatchStorage(to.getElementType(), [&]<typename T>() -> Error {
    to.mutableData<T>()[at] = from.elements<T>()[0];
    return Error::success();
  }));
}

Error kernels::mlCastMap(KernelContext &ctx) {
  auto map = getMap(ctx, /*hasStrings=*/false);
  if (!map)
    return map.takeError();
  auto form = getChoice(ctx.op, "map_form", {"DENSE", "SPARSE"});
  if (!form)
    return form.takeError();
  std::map<int64_t, TensorValue> entries;
  for (const auto &[key, value] : (*map)->entries) {
    auto element = getElement(value);
    if (!element)
      return element.takeError();
    auto converted = castTensor(ctx, *element, ctx.resultType());
    if (!converted)
      return converted.takeError();
    entries[std::get<int64_t>(key)] = std::move(*converted);
  }
  const bool isSparse = *form == 1;
  const int64_t size =
      isSparse ? ctx.op.getInt("max_map", 1) : int64_t(entries.size());
  auto y = ctx.allocate(ctx.resultType(), {size});
  if (!y)
    return y.takeError();
  int64_t next = 0;
  for (const auto &[key, value] : entries) {
    if (isSparse && (key < 0 || key >= size))
      return fail("the key " + Twine(key) + " is none of 0 to " +
                  Twine(size - 1));
    copyElement(value, *y, isSparse ? key : next++);
  }
  return ctx.done(std::move(*y));
}

Error kernels::mlDictVectorizer(KernelContext &ctx) {
  std::map<MapValue::Key, int64_t> places;
  int64_t size = 0;
  for (const std::string &word : getStrings(ctx.op, "string_vocabulary"))
    places[word] = size++;
  for (int64_t number : ctx.op.getInts("int64_vocabulary"))
    places[number] = size++;
  auto map = getMap(ctx, ctx.op.getInts("int64_vocabulary").empty());
  if (!map)
    return map.takeError();
  auto y = ctx.allocate(ctx.resultType(), {size});
  if (!y)
    return y.takeError();
  for (const auto &[key, value] : (*map)->entries) {
    auto element = getElement(value);
    if (!element)
      return element.takeError();
    if (element->getElementType() != y->getElementType())
      return fail("the map's values are of another type than the result");
    auto place = places.find(key);
    if (place == places.end()) {
      auto *text = std::get_if<std::string>(&key);
      return fail("the key " +
                  (text ? "\"" + *text + "\""
                        : std::to_string(std::get<int64_t>(key))) +
                  " isn't in the vocabulary");
    }
    copyElement(*element, *y, place->second);
  }
  return ctx.done(std::move(*y));
}

Error kernels::mlZipMap(KernelContext &ctx) {
  Expected<Rows> x = loadRows(ctx.tensor(0));
  if (!x)
    return x.takeError();
  Expected<Labels> labels = Labels::get(ctx.op, "classlabels_int64s");
  if (!labels)
    return labels.takeError();
  if (labels->size() != x->columns)
    return fail(Twine(labels->size()) + " labels for " + Twine(x->columns) +
                " columns");
  constexpr int64_t doubles = sizeof(RuntimeValue) / sizeof(double);
  if (Error error = checkRoom(ctx, x->count, (x->columns + 1) * doubles))
    return error;
  std::vector<RuntimeValue> maps;
  for (int64_t i = 0; i != x->count; ++i) {
    std::vector<RuntimeValue> scores;
    for (double score : (*x)[i]) {
      auto value = storeReals(ctx, ElementType::F32, {}, score);
      if (!value)
        return value.takeError();
      scores.push_back(std::move(*value));
    }
    maps.push_back(RuntimeValue::map(labels->zip(scores)));
  }
  return ctx.done(RuntimeValue::sequence(std::move(maps)));
}
