//===- TensorReader.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorReader.h"
#include "ImportError.h"
#include "PayloadScanner.h"
#include "onnc/IR/Context.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// Sparse tensors are written out up to this size.
static constexpr int64_t maxDenseBytes = int64_t(1) << 30;
/// No operator knows what to do with more dimensions.
static constexpr int maxRank = 64;

Expected<TensorType> onnx_import::makeStaticType(Context &context,
                                                 int32_t element,
                                                 ArrayRef<int64_t> dims) {
  std::optional<ElementType> type = getElementTypeFromOnnx(element);
  if (!type)
    return malformed("unknown element type " + Twine(element));
  if (dims.size() > maxRank)
    return malformed("more than " + Twine(maxRank) + " dimensions");
  for (int64_t dim : dims)
    if (dim < 0)
      return malformed("negative dimension " + Twine(dim));
  TensorType result = TensorType::get(context, *type, dims);
  if (!result.getNumElements() ||
      (*type != ElementType::String && !result.getByteSize()))
    return malformed("a tensor of shape " + shapeToString(result) +
                     " has more bytes than 64 bits can count");
  return result;
}

/// Puts the tensor's name before \p error's message.
static Error inTensor(const onnx::TensorProto &tensor, Error error) {
  DiagID id = DiagID::ImportMalformed;
  std::string message;
  handleAllErrors(
      std::move(error),
      [&](const ImportError &e) {
        id = e.getDiagID();
        message = e.getMessage();
      },
      [&](const ErrorInfoBase &e) { message = e.message(); });
  if (tensor.name().empty())
    return importError(id, message);
  return importError(id, "tensor '" + tensor.name() + "': " + message);
}

Expected<TensorType> TensorReader::readType(const onnx::TensorProto &tensor) {
  return makeStaticType(
      context, tensor.data_type(),
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()));
}

Expected<ConstantAttr> TensorReader::read(const onnx::TensorProto &tensor) {
  Expected<TensorType> type = readType(tensor);
  if (!type)
    return inTensor(tensor, type.takeError());
  auto data = tensor.data_location() == onnx::TensorProto::EXTERNAL
                  ? readExternal(tensor, *type)
              : tensor.has_raw_data() ? readPayload(tensor, *type)
                                      : readFields(tensor, *type);
  if (!data)
    return inTensor(tensor, data.takeError());
  return ConstantAttr::get(*type, std::move(*data));
}

Expected<ConstantData>
TensorReader::readPayload(const onnx::TensorProto &tensor, TensorType type) {
  auto marker = PayloadMarker::decode(tensor.raw_data());
  ElementType element = type.getElementType();
  bool fits = marker.kind == PayloadMarker::Floats
                  ? element == ElementType::F32 || element == ElementType::C64
              : marker.kind == PayloadMarker::Doubles
                  ? element == ElementType::F64 || element == ElementType::C128
                  : element != ElementType::String;
  if (!fits)
    return malformed("elements of type " + getOnnxName(element) +
                     " can't be kept in the field that holds the data");
  auto expected = static_cast<uint64_t>(*type.getByteSize());
  if (marker.size != expected)
    return malformed("shape " + shapeToString(type) + " of " +
                     getOnnxName(element) + " takes " + Twine(expected) +
                     " bytes, the data has " + Twine(marker.size));
  return ConstantData(file, marker.offset, marker.size);
}

Expected<ConstantData>
TensorReader::readExternal(const onnx::TensorProto &tensor, TensorType type) {
  auto fail = [](const Twine &why) {
    return importError(DiagID::ImportExternalData, why);
  };
  if (type.getElementType() == ElementType::String)
    return fail("strings can't be external data");
  auto size = static_cast<uint64_t>(*type.getByteSize());
  std::string location;
  uint64_t offset = 0, length = size;
  // Other keys (checksum, and what runtimes add) don't say what the data is.
  for (const auto &entry : tensor.external_data()) {
    uint64_t *number = entry.key() == "offset"   ? &offset
                       : entry.key() == "length" ? &length
                                                 : nullptr;
    if (entry.key() == "location")
      location = entry.value();
    else if (number && StringRef(entry.value()).getAsInteger(10, *number))
      return fail("the " + entry.key() + " of its external data is '" +
                  entry.value() + "', not a number");
  }
  if (length != size)
    return fail("shape " + shapeToString(type) + " takes " + Twine(size) +
                " bytes, its external data has " + Twine(length));
  Expected<BlobRef> blob = external.open(location);
  if (!blob)
    return blob.takeError();
  uint64_t available = (*blob)->getBytes().size();
  if (offset > available || length > available - offset)
    return fail("its external data, " + Twine(length) + " bytes at " +
                Twine(offset) + ", ends beyond '" + location + "', which has " +
                Twine(available));
  return ConstantData(*blob, offset, length);
}

template <typename T> static void append(std::vector<char> &out, T value) {
  char bytes[sizeof(T)];
  support::endian::write<T>(bytes, value, endianness::little);
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

/// The element as int32_data keeps it: the value of an integer or bool, the
/// bits of a float, a byte of packed elements.
static Error appendInt32(std::vector<char> &out, ElementType type,
                         int32_t value) {
  unsigned bits = std::max(8u, getBitWidth(type));
  bool isSigned = getKind(type) == ElementKind::SInt && getBitWidth(type) >= 8;
  int64_t lo = isSigned ? -(int64_t(1) << (bits - 1)) : 0;
  int64_t hi = (int64_t(1) << (isSigned ? bits - 1 : bits)) - 1;
  if (value < lo || value > hi)
    return malformed("int32_data holds " + Twine(value) + ", which is no " +
                     getOnnxName(type));
  if (bits == 8)
    append(out, static_cast<uint8_t>(value));
  else if (bits == 16)
    append(out, static_cast<uint16_t>(value));
  else
    append(out, value);
  return Error::success();
}

Expected<ConstantData> TensorReader::readFields(const onnx::TensorProto &tensor,
                                                TensorType type) {
  ElementType element = type.getElementType();
  int64_t count = *type.getNumElements();
  auto check = [&](StringRef field, int64_t expected, int actual) -> Error {
    if (expected == actual)
      return Error::success();
    return malformed("shape " + shapeToString(type) + " of " +
                     getOnnxName(element) + " takes " + Twine(expected) +
                     " elements of " + field + ", there are " + Twine(actual));
  };
  std::vector<char> bytes;
  auto take = [&](StringRef field, const auto &values, int64_t expected,
                  auto append) -> Expected<ConstantData> {
    if (Error e = check(field, expected, values.size()))
      return e;
    for (auto value : values)
      if (Error e = append(value))
        return e;
    return ConstantData(std::move(bytes));
  };
  auto plain = [&](auto value) -> Error {
    append(bytes, value);
    return Error::success();
  };

  switch (element) {
  case ElementType::String: {
    if (Error e = check("string_data", count, tensor.string_data_size()))
      return e;
    const auto &strings = tensor.string_data();
    return ConstantData(
        std::vector<std::string>(strings.begin(), strings.end()));
  }
  case ElementType::F32:
    return take("float_data", tensor.float_data(), count, plain);
  case ElementType::C64:
    return take("float_data", tensor.float_data(), 2 * count, plain);
  case ElementType::F64:
    return take("double_data", tensor.double_data(), count, plain);
  case ElementType::C128:
    return take("double_data", tensor.double_data(), 2 * count, plain);
  case ElementType::I64:
    return take("int64_data", tensor.int64_data(), count, plain);
  case ElementType::U64:
    return take("uint64_data", tensor.uint64_data(), count, plain);
  case ElementType::U32:
    return take("uint64_data", tensor.uint64_data(), count,
                [&](uint64_t value) -> Error {
                  if (value > UINT32_MAX)
                    return malformed("uint64_data holds " + Twine(value) +
                                     ", which is no uint32");
                  append(bytes, static_cast<uint32_t>(value));
                  return Error::success();
                });
  default: {
    int64_t entries = getBitWidth(element) < 8 ? *type.getByteSize() : count;
    return take("int32_data", tensor.int32_data(), entries, [&](int32_t value) {
      return appendInt32(bytes, element, value);
    });
  }
  }
}

/// The position in a dense tensor of shape \p dims of entry \p i of
/// \p indices (linear, or one row of coordinates); nullopt if it lies outside.
static std::optional<int64_t> densePosition(const ConstantAttr &indices,
                                            int64_t i, ArrayRef<int64_t> dims,
                                            int64_t count) {
  if (indices.getType().getRank() == 1) {
    auto at = indices.getData().get<int64_t>(i);
    return at < 0 || at >= count ? std::nullopt : std::optional(at);
  }
  int64_t at = 0;
  for (auto [axis, dim] : enumerate(dims)) {
    auto x = indices.getData().get<int64_t>(i * dims.size() + axis);
    if (x < 0 || x >= dim)
      return std::nullopt;
    at = at * dim + x;
  }
  return at;
}

Expected<ConstantAttr>
TensorReader::read(const onnx::SparseTensorProto &tensor) {
  auto fail = [&](const Twine &why) -> Error {
    return malformed("sparse tensor '" + tensor.values().name() + "': " + why);
  };
  Expected<ConstantAttr> values = read(tensor.values());
  if (!values)
    return values.takeError();
  Expected<ConstantAttr> indices = read(tensor.indices());
  if (!indices)
    return indices.takeError();
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims_size());
  Expected<TensorType> type =
      makeStaticType(context, tensor.values().data_type(), dims);
  if (!type)
    return fail(toString(type.takeError()));
  unsigned bits = getBitWidth(type->getElementType());
  if (bits < 8)
    return unsupported("sparse tensors of " +
                       getOnnxName(type->getElementType()));
  if (*type->getByteSize() > maxDenseBytes)
    return unsupported("sparse tensor '" + tensor.values().name() +
                       "' of shape " + shapeToString(*type) +
                       " is too large to be written out");

  auto valueShape = *values->getType().getStaticShape();
  auto indexShape = *indices->getType().getStaticShape();
  if (valueShape.size() != 1)
    return fail("its values must be a vector");
  int64_t entries = valueShape[0];
  bool linear = indexShape.size() == 1 && indexShape[0] == entries;
  bool rows = indexShape.size() == 2 && indexShape[0] == entries &&
              indexShape[1] == static_cast<int64_t>(dims.size());
  if (indices->getType().getElementType() != ElementType::I64 ||
      (!linear && !rows))
    return fail("its indices must be int64 of shape [NNZ] or [NNZ, rank]");

  size_t width = bits / 8;
  std::vector<char> bytes(*type->getByteSize());
  for (int64_t i = 0; i < entries; ++i) {
    auto at = densePosition(*indices, i, dims, *type->getNumElements());
    if (!at)
      return fail("index " + Twine(i) + " lies outside of shape " +
                  shapeToString(*type));
    memcpy(bytes.data() + *at * width,
           values->getData().getBytes().data() + i * width, width);
  }
  return ConstantAttr::get(*type, ConstantData(std::move(bytes)));
}
