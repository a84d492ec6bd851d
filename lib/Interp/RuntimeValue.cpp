//===- RuntimeValue.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Interp/RuntimeValue.h"
#include "onnc/Support/PackedInt.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>

using namespace llvm;
using namespace onnc;

static_assert(std::endian::native == std::endian::little,
              "constants are viewed as little-endian elements");

bool MemoryBudget::take(int64_t bytes) {
  if (++tensors > maxTensors) {
    --tensors;
    return false;
  }
  int64_t now = live.load();
  do {
    if (bytes > limit - now) {
      --tensors;
      return false;
    }
  } while (!live.compare_exchange_weak(now, now + bytes));
  now += bytes;
  for (int64_t old = peak; old < now && !peak.compare_exchange_weak(old, now);)
    ;
  return true;
}

static std::string shapeText(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t dim : shape)
    text += std::to_string(dim) + "x";
  return text;
}

static std::string typeText(ElementType type, ArrayRef<int64_t> shape) {
  return "tensor<" + shapeText(shape) + getName(type).str() + ">";
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<int64_t> onnc::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool empty = false, overflow = false;
  for (int64_t dim : shape) {
    if (dim < 0)
      return makeError("a tensor can't have the negative dimension " +
                       Twine(dim));
    empty |= dim == 0;
    // Of an empty tensor too, so that no product of its dimensions overflows.
    overflow |= MulOverflow<int64_t>(count, std::max<int64_t>(dim, 1), count);
  }
  if (overflow)
    return makeError("the number of elements of a tensor of shape " +
                     StringRef(shapeText(shape)).drop_back() + " overflows");
  return empty ? 0 : count;
}

unsigned onnc::getElementSize(ElementType type) {
  if (type == ElementType::String)
    return sizeof(std::string);
  return divideCeil(getBitWidth(type), 8);
}

namespace {
/// Zeroed bytes (or empty strings) that are counted while they live.
struct Storage {
  Storage(MemoryBudgetRef budget, int64_t bytes)
      : budget(std::move(budget)), bytes(bytes) {}
  Storage(const Storage &) = delete;
  ~Storage() {
    std::free(data);
    if (budget)
      budget->giveBack(bytes);
    if (budget && stringBytes)
      budget->giveBack(stringBytes);
  }

  MemoryBudgetRef budget;
  int64_t bytes;
  /// What countStrings() has counted.
  int64_t stringBytes = 0;
  void *data = nullptr;
  std::vector<std::string> strings;
};
} // namespace

static Error exceeds(ElementType type, ArrayRef<int64_t> shape, int64_t bytes,
                     const MemoryBudget &budget) {
  return makeError("a " + typeText(type, shape) + " of " + Twine(bytes) +
                   " bytes exceeds the limit of " + Twine(budget.getLimit()) +
                   " bytes, " + Twine(budget.getLive()) +
                   " of which are in use, or that of " +
                   Twine(MemoryBudget::maxTensors) + " tensors");
}

Expected<TensorValue> TensorValue::allocate(ElementType type,
                                            ArrayRef<int64_t> shape,
                                            const MemoryBudgetRef &budget) {
  Expected<int64_t> count = countElements(shape);
  if (!count)
    return count.takeError();
  int64_t bytes;
  if (MulOverflow<int64_t>(*count, getElementSize(type), bytes))
    return makeError("the size of a " + typeText(type, shape) + " overflows");
  if (budget && !budget->take(bytes))
    return exceeds(type, shape, bytes, *budget);
  auto storage = std::make_shared<Storage>(budget, bytes);
  TensorValue result;
  result.type = type;
  result.shape.assign(shape.begin(), shape.end());
  result.count = *count;
  result.writable = true;
  if (type == ElementType::String) {
    storage->strings.resize(*count);
    result.data = reinterpret_cast<const char *>(storage->strings.data());
  } else {
    storage->data = std::calloc(std::max<int64_t>(bytes, 1), 1);
    if (!storage->data)
      return makeError("out of memory for a " + typeText(type, shape));
    result.data = static_cast<const char *>(storage->data);
  }
  result.storage = std::move(storage);
  return result;
}

Error TensorValue::countStrings() {
  if (!isString() || !writable)
    return Error::success();
  auto &owner = *static_cast<Storage *>(const_cast<void *>(storage.get()));
  if (!owner.budget || owner.stringBytes)
    return Error::success();
  int64_t held = 0;
  for (const std::string &text : owner.strings)
    held += text.size();
  if (held && !owner.budget->take(held))
    return exceeds(type, shape, held, *owner.budget);
  owner.stringBytes = held;
  return Error::success();
}

TensorValue TensorValue::view(ElementType type, ArrayRef<int64_t> shape,
                              const char *data,
                              std::shared_ptr<const void> owner) {
  TensorValue result;
  result.type = type;
  result.shape.assign(shape.begin(), shape.end());
  result.count = cantFail(countElements(shape));
  result.data = data;
  result.storage = std::move(owner);
  return result;
}

Expected<TensorValue> TensorValue::fromConstant(ConstantAttr constant,
                                                const MemoryBudgetRef &budget) {
  TensorType type = constant.getType();
  ElementType element = type.getElementType();
  const ConstantData &data = constant.getData();
  std::optional<SmallVector<int64_t, 6>> shape = type.getStaticShape();
  assert(shape && "constants have static shapes");

  if (!data.isSplat() && getBitWidth(element) >= 8) {
    auto owner = std::make_shared<ConstantData>(data);
    return view(element, *shape, owner->getBytes().data(), owner);
  }
  if (!data.isSplat() && element != ElementType::String)
    return fromPackedBytes(element, *shape, data.getBytes(), budget);

  Expected<TensorValue> result = allocate(element, *shape, budget);
  if (!result)
    return result;
  if (element == ElementType::String) {
    ArrayRef<std::string> strings = data.getStrings();
    for (int64_t i = 0; i != result->count; ++i)
      result->mutableData<std::string>()[i] = strings[data.isSplat() ? 0 : i];
    return result;
  }
  // A splat: one element, written out.
  unsigned size = getElementSize(element);
  SmallVector<char, 16> bytes(data.getBytes());
  auto widen = [&]<unsigned Width>() {
    bytes[0] = getKind(element) == ElementKind::SInt
                   ? loadPacked<Width, int8_t>(
                         reinterpret_cast<const uint8_t *>(bytes.data()), 0)
                   : loadPacked<Width, uint8_t>(
                         reinterpret_cast<const uint8_t *>(bytes.data()), 0);
  };
  if (getBitWidth(element) == 4)
    widen.operator()<4>();
  else if (getBitWidth(element) == 2)
    widen.operator()<2>();
  char *to = const_cast<char *>(result->data);
  for (int64_t i = 0; i != result->count; ++i)
    std::memcpy(to + i * size, bytes.data(), size);
  return result;
}

Expected<TensorValue>
TensorValue::fromPackedBytes(ElementType type, ArrayRef<int64_t> shape,
                             ArrayRef<char> bytes,
                             const MemoryBudgetRef &budget) {
  assert(type != ElementType::String && "strings have no bytes");
  Expected<TensorValue> result = allocate(type, shape, budget);
  if (!result)
    return result;
  std::optional<int64_t> size = getByteSize(type, result->count);
  if (!size || *size != static_cast<int64_t>(bytes.size()))
    return makeError("a " + typeText(type, shape) + " doesn't take " +
                     Twine(bytes.size()) + " bytes");
  char *to = const_cast<char *>(result->data);
  ArrayRef<uint8_t> from(reinterpret_cast<const uint8_t *>(bytes.data()),
                         bytes.size());
  auto unpackAs = [&]<unsigned Width>() {
    if (getKind(type) == ElementKind::SInt)
      unpack<Width, int8_t>(
          from, MutableArrayRef(reinterpret_cast<int8_t *>(to), result->count));
    else
      unpack<Width, uint8_t>(
          from,
          MutableArrayRef(reinterpret_cast<uint8_t *>(to), result->count));
  };
  switch (getBitWidth(type)) {
  case 2:
    unpackAs.operator()<2>();
    break;
  case 4:
    unpackAs.operator()<4>();
    break;
  default:
    if (!bytes.empty())
      std::memcpy(to, bytes.data(), bytes.size());
  }
  return result;
}

std::vector<char> TensorValue::packBytes() const {
  ArrayRef<char> bytes = getBytes();
  unsigned width = getBitWidth(type);
  if (width >= 8)
    return {bytes.begin(), bytes.end()};
  std::vector<char> packed(*getByteSize(type, count));
  ArrayRef<uint8_t> from(reinterpret_cast<const uint8_t *>(bytes.data()),
                         bytes.size());
  MutableArrayRef<uint8_t> to(reinterpret_cast<uint8_t *>(packed.data()),
                              packed.size());
  if (width == 4)
    pack<4, uint8_t>(from, to);
  else
    pack<2, uint8_t>(from, to);
  return packed;
}

ConstantAttr TensorValue::toConstant(Context &context) const {
  if (!isString())
    return ConstantAttr::get(getType(context), ConstantData(packBytes()));
  std::vector<std::string> strings;
  for (int64_t i = 0; i != count; ++i)
    strings.push_back(elements<std::string>()[i]);
  return ConstantAttr::get(getType(context), ConstantData(std::move(strings)));
}

TensorValue TensorValue::withShape(ArrayRef<int64_t> newShape) const {
  TensorValue result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  result.writable = false;
  assert(cantFail(countElements(newShape)) == count &&
         "shapes of unequal size");
  return result;
}

TensorValue TensorValue::withElementType(ElementType newType) const {
  assert(onnc::getElementSize(newType) == onnc::getElementSize(type) &&
         !isString() && "elements of unequal size");
  TensorValue result = *this;
  result.type = newType;
  result.writable = false;
  return result;
}

RuntimeValue RuntimeValue::sequence(std::vector<RuntimeValue> elements) {
  RuntimeValue result;
  result.contents = SequenceContents{
      std::make_shared<const std::vector<RuntimeValue>>(std::move(elements))};
  return result;
}

RuntimeValue RuntimeValue::some(RuntimeValue value) {
  assert(value && "an optional can't hold an absent value");
  RuntimeValue result;
  result.contents =
      OptionalContents{std::make_shared<const RuntimeValue>(std::move(value))};
  return result;
}

RuntimeValue RuntimeValue::none() {
  RuntimeValue result;
  result.contents = OptionalContents{};
  return result;
}

RuntimeValue RuntimeValue::map(MapValue entries) {
  RuntimeValue result;
  result.contents =
      MapContents{std::make_shared<const MapValue>(std::move(entries))};
  return result;
}

ArrayRef<RuntimeValue> RuntimeValue::getSequence() const {
  return *std::get<SequenceContents>(contents).elements;
}

bool RuntimeValue::hasOptionalValue() const {
  return std::get<OptionalContents>(contents).value != nullptr;
}

const RuntimeValue &RuntimeValue::getOptionalValue() const {
  return *std::get<OptionalContents>(contents).value;
}

const MapValue &RuntimeValue::getMap() const {
  return *std::get<MapContents>(contents).map;
}

std::string RuntimeValue::describe() const {
  switch (getKind()) {
  case Kind::Absent:
    return "absent";
  case Kind::Tensor:
    return typeText(getTensor().getElementType(), getTensor().getShape());
  case Kind::Sequence:
    return "seq(" + std::to_string(getSequence().size()) + ")";
  case Kind::Optional:
    return "optional(" +
           (hasOptionalValue() ? getOptionalValue().describe() : "none") + ")";
  case Kind::Map:
    return "map(" + std::to_string(getMap().entries.size()) + ")";
  }
  llvm_unreachable("all kinds handled");
}
