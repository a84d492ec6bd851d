//===- ValueFile.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/ValueFile.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/Import/ONNX/TensorFile.h"
#include "onnc/Support/Npy.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// NumPy
//===----------------------------------------------------------------------===//

static std::optional<ElementType> getElementType(NpyType type) {
  switch (type) {
  case NpyType::Bool:
    return ElementType::Bool;
  case NpyType::Int8:
    return ElementType::I8;
  case NpyType::Int16:
    return ElementType::I16;
  case NpyType::Int32:
    return ElementType::I32;
  case NpyType::Int64:
    return ElementType::I64;
  case NpyType::UInt8:
    return ElementType::U8;
  case NpyType::UInt16:
    return ElementType::U16;
  case NpyType::UInt32:
    return ElementType::U32;
  case NpyType::UInt64:
    return ElementType::U64;
  case NpyType::Float16:
    return ElementType::F16;
  case NpyType::Float32:
    return ElementType::F32;
  case NpyType::Float64:
    return ElementType::F64;
  case NpyType::Complex64:
    return ElementType::C64;
  case NpyType::Complex128:
    return ElementType::C128;
  case NpyType::String:
    return ElementType::String;
  case NpyType::Void8:
  case NpyType::Void16:
    return std::nullopt;
  }
  llvm_unreachable("unknown NumPy type");
}

/// Types that NumPy lacks go into integers of their size (bytes, for what is
/// smaller), as their bits do.
static NpyType getNpyType(ElementType type) {
  for (auto npy :
       {NpyType::Bool, NpyType::Int8, NpyType::Int16, NpyType::Int32,
        NpyType::Int64, NpyType::UInt8, NpyType::UInt16, NpyType::UInt32,
        NpyType::UInt64, NpyType::Float16, NpyType::Float32, NpyType::Float64,
        NpyType::Complex64, NpyType::Complex128, NpyType::String})
    if (getElementType(npy) == type)
      return npy;
  if (getKind(type) == ElementKind::SInt)
    return NpyType::Int8;
  return getElementSize(type) == 1 ? NpyType::UInt8 : NpyType::UInt16;
}

/// That each byte holds an element of \p type, which is narrower: a small
/// integer, sign extended if it has a sign.
static Error checkNarrow(ElementType type, ArrayRef<uint8_t> bytes) {
  const unsigned shift = 8 - getBitWidth(type);
  const bool isSigned = getKind(type) == ElementKind::SInt;
  for (auto [i, byte] : enumerate(bytes)) {
    auto high = static_cast<uint8_t>(byte << shift);
    uint8_t narrowed =
        isSigned ? uint8_t(int8_t(high) >> shift) : uint8_t(high >> shift);
    if (narrowed != byte)
      return createStringError("element " + Twine(i) + " is no " +
                               getName(type));
  }
  return Error::success();
}

static Expected<RuntimeValue> readNpyValue(StringRef path,
                                           const ProgramValueInfo &info) {
  Expected<NpyArray> read = readNpy(path);
  if (!read)
    return read.takeError();
  auto array = std::make_shared<NpyArray>(std::move(*read));
  std::optional<ElementType> type = getElementType(array->type);
  // Elements that only stand for those of a type that NumPy doesn't have.
  if (info.elementType && (getNpyType(*info.elementType) == array->type ||
                           (!type && getElementSize(*info.elementType) ==
                                         getNpyElementSize(array->type))))
    type = info.elementType;
  if (!type)
    return createFileError(
        path, createStringError("elements of no known type, for an input " +
                                info.type));
  if (*type != ElementType::String && getBitWidth(*type) < 8)
    if (Error error = checkNarrow(*type, array->data))
      return createFileError(path, std::move(error));
  const char *data = *type == ElementType::String
                         ? reinterpret_cast<const char *>(array->strings.data())
                         : reinterpret_cast<const char *>(array->data.data());
  return RuntimeValue(TensorValue::view(*type, array->shape, data, array));
}

static Error writeNpyValue(const RuntimeValue &value, StringRef path) {
  if (!value.isTensor())
    return createFileError(
        path,
        createStringError(".npy holds tensors only, not " + value.describe()));
  const TensorValue &tensor = value.getTensor();
  if (tensor.getShape().size() > maxNpyRank)
    return createFileError(
        path, createStringError(".npy holds tensors of up to " +
                                Twine(maxNpyRank) + " dimensions, not " +
                                Twine(tensor.getShape().size())));
  return writeOutputFile(path, [&](raw_pwrite_stream &os) -> Error {
    if (tensor.isString()) {
      std::vector<std::string> strings;
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        strings.push_back(tensor.elements<std::string>()[i]);
      return writeNpyStrings(os, tensor.getShape(), strings);
    }
    ArrayRef<char> bytes = tensor.getBytes();
    writeNpy(os, getNpyType(tensor.getElementType()), tensor.getShape(),
             {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
    return Error::success();
  });
}

//===----------------------------------------------------------------------===//
// ONNX
//===----------------------------------------------------------------------===//

Expected<RuntimeValue> onnc::fromFileValue(const FileValue &value) {
  if (auto type = dyn_cast<TensorType>(value.type)) {
    auto tensor =
        TensorValue::fromConstant(ConstantAttr::get(type, value.data));
    if (!tensor)
      return tensor.takeError();
    return RuntimeValue(std::move(*tensor));
  }
  std::vector<RuntimeValue> elements;
  for (const FileValue &element : value.elements) {
    Expected<RuntimeValue> converted = fromFileValue(element);
    if (!converted)
      return converted.takeError();
    elements.push_back(std::move(*converted));
  }
  if (isa<SequenceType>(value.type))
    return RuntimeValue::sequence(std::move(elements));
  if (isa<MapType>(value.type)) {
    MapValue map;
    for (auto [i, element] : enumerate(elements))
      map.entries.emplace_back(value.keys.empty()
                                   ? MapValue::Key(value.stringKeys[i])
                                   : MapValue::Key(value.keys[i]),
                               std::move(element));
    return RuntimeValue::map(std::move(map));
  }
  return elements.empty() ? RuntimeValue::none()
                          : RuntimeValue::some(std::move(elements[0]));
}

static Expected<FileValue> toFileValue(Context &context,
                                       const RuntimeValue &value) {
  FileValue out;
  if (value.isTensor()) {
    ConstantAttr constant = value.getTensor().toConstant(context);
    out.type = constant.getType();
    out.data = constant.getData();
    return out;
  }
  auto addElement = [&](const RuntimeValue &element) -> Error {
    Expected<FileValue> converted = toFileValue(context, element);
    if (!converted)
      return converted.takeError();
    out.elements.push_back(std::move(*converted));
    return Error::success();
  };
  // The type of what an empty one would hold isn't known to the value.
  Type inner = TensorType::getUnranked(context, ElementType::F32);
  if (value.isSequence()) {
    for (const RuntimeValue &element : value.getSequence())
      if (Error error = addElement(element))
        return error;
  } else if (value.isOptional()) {
    if (value.hasOptionalValue())
      if (Error error = addElement(value.getOptionalValue()))
        return error;
  } else if (value.isMap()) {
    for (const auto &[key, element] : value.getMap().entries) {
      if (Error error = addElement(element))
        return error;
      if (auto *number = std::get_if<int64_t>(&key))
        out.keys.push_back(*number);
      else
        out.stringKeys.push_back(std::get<std::string>(key));
    }
  } else {
    return createStringError("ONNX has no file for " + value.describe());
  }
  if (!out.elements.empty())
    inner = out.elements[0].type;
  if (value.isMap()) {
    out.type = MapType::get(
        out.stringKeys.empty() ? ElementType::I64 : ElementType::String, inner);
    return out;
  }
  out.type = value.isSequence() ? Type(SequenceType::get(inner))
                                : Type(OptionalType::get(inner));
  return out;
}

//===----------------------------------------------------------------------===//
// Either
//===----------------------------------------------------------------------===//

Error onnc::checkValueFileName(StringRef path) {
  StringRef extension = sys::path::extension(path);
  if (extension == ".npy" || extension == ".pb")
    return Error::success();
  return createFileError(
      path, createStringError("unknown kind of file; there are .npy and .pb"));
}

Expected<RuntimeValue> onnc::readValue(Context &context, StringRef path,
                                       const ProgramValueInfo &info) {
  if (Error error = checkValueFileName(path))
    return error;
  if (sys::path::extension(path) == ".npy")
    return readNpyValue(path, info);
  Type type = info.type.empty() ? Type() : parseType(context, info.type);
  auto value = readTensorFile(context, path, type);
  if (!value)
    return value.takeError();
  return fromFileValue(*value);
}

Error onnc::writeValue(Context &context, const RuntimeValue &value,
                       StringRef path, StringRef name) {
  if (Error error = checkValueFileName(path))
    return error;
  if (sys::path::extension(path) == ".npy")
    return writeNpyValue(value, path);
  auto converted = toFileValue(context, value);
  if (!converted)
    return createFileError(path, converted.takeError());
  converted->name = name.str();
  return writeTensorFile(*converted, path);
}
