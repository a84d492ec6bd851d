//===- TensorFile.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Import/ONNX/TensorFile.h"
#include "ImportError.h"
#include "MappedFile.h"
#include "ProtoFile.h"
#include "TensorReader.h"
#include "TensorWriter.h"
#include "onnc/IR/Context.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/Support/Path.h"
#include <onnx/onnx-data_pb.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

class ValueReader {
public:
  ValueReader(Context &context, BlobRef file, StringRef directory)
      : tensors(context, std::move(file), directory) {}

  Expected<FileValue> read(const onnx::TensorProto &proto, Type) {
    Expected<ConstantAttr> tensor = tensors.read(proto);
    if (!tensor)
      return tensor.takeError();
    return FileValue{tensor->getType(), proto.name(), tensor->getData(), {}};
  }

  Expected<FileValue> read(const onnx::SequenceProto &proto, Type expected) {
    FileValue value{expected, proto.name(), {}, {}};
    Type element = getElement(expected);
    auto append = [&](const auto &list) -> Error {
      for (const auto &item : list) {
        Expected<FileValue> v = read(item, element);
        if (!v)
          return v.takeError();
        value.elements.push_back(std::move(*v));
      }
      return Error::success();
    };
    Error e = append(proto.tensor_values());
    if (!e)
      e = append(proto.sequence_values());
    if (!e)
      e = append(proto.map_values());
    if (!e)
      e = append(proto.optional_values());
    if (e)
      return e;
    return value;
  }

  Expected<FileValue> read(const onnx::MapProto &proto, Type expected) {
    auto type = dyn_cast_or_null<MapType>(expected);
    if (!type)
      return malformed("it holds a map, which isn't expected");
    Expected<FileValue> values =
        read(proto.values(), SequenceType::get(type.getValueType()));
    if (!values)
      return values.takeError();
    FileValue value{expected, proto.name(), {}, std::move(values->elements)};
    value.keys.assign(proto.keys().begin(), proto.keys().end());
    value.stringKeys.assign(proto.string_keys().begin(),
                            proto.string_keys().end());
    const bool isString = type.getKeyType() == ElementType::String;
    if (isString ? !value.keys.empty() : !value.stringKeys.empty())
      return malformed(Twine("it holds a map with keys that are ") +
                       (isString ? "integers" : "strings"));
    const size_t numKeys = value.keys.size() + value.stringKeys.size();
    if (numKeys != value.elements.size())
      return malformed("it holds a map of " + Twine(numKeys) + " keys and " +
                       Twine(value.elements.size()) + " values");
    return value;
  }

  Expected<FileValue> read(const onnx::OptionalProto &proto, Type expected) {
    FileValue value{expected, proto.name(), {}, {}};
    Type element = getElement(expected);
    auto append = [&](const auto &item) -> Error {
      Expected<FileValue> v = read(item, element);
      if (!v)
        return v.takeError();
      value.elements.push_back(std::move(*v));
      return Error::success();
    };
    Error e = proto.has_tensor_value()     ? append(proto.tensor_value())
              : proto.has_sequence_value() ? append(proto.sequence_value())
              : proto.has_map_value()      ? append(proto.map_value())
              : proto.has_optional_value() ? append(proto.optional_value())
                                           : Error::success();
    if (e)
      return e;
    return value;
  }

private:
  static Type getElement(Type type) {
    if (auto sequence = dyn_cast_or_null<SequenceType>(type))
      return sequence.getElementType();
    if (auto optional = dyn_cast_or_null<OptionalType>(type))
      return optional.getElementType();
    return Type();
  }

  TensorReader tensors;
};

template <typename Proto>
Expected<FileValue> readAs(Context &context, BlobRef file, StringRef path,
                           RootMessage root, Type expected) {
  Proto proto;
  StringRef bytes(file->getBytes().data(), file->getBytes().size());
  auto ignored = parseMessage(bytes, root, proto);
  if (!ignored)
    return ignored.takeError();
  return ValueReader(context, file, sys::path::parent_path(path))
      .read(proto, expected);
}

} // namespace

Expected<FileValue> onnc::readTensorFile(Context &context, StringRef path,
                                         Type expected) {
  Expected<BlobRef> file = mapFile(path);
  if (!file)
    return file.takeError();
  bool isSequence = expected && isa<SequenceType>(expected);
  bool isOptional = expected && isa<OptionalType>(expected);
  bool isMap = expected && isa<MapType>(expected);
  auto value =
      isMap ? readAs<onnx::MapProto>(context, *file, path, RootMessage::Map,
                                     expected)
      : isSequence ? readAs<onnx::SequenceProto>(
                         context, *file, path, RootMessage::Sequence, expected)
      : isOptional ? readAs<onnx::OptionalProto>(
                         context, *file, path, RootMessage::Optional, expected)
                   : readAs<onnx::TensorProto>(context, *file, path,
                                               RootMessage::Tensor, expected);
  if (!value)
    return malformed("can't read '" + path +
                     "': " + toString(value.takeError()));
  return value;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static Error fill(const FileValue &value, onnx::TensorProto &proto) {
  proto.set_name(value.name);
  writeTensor(cast<TensorType>(value.type), value.data, proto);
  return Error::success();
}

static Error fill(const FileValue &value, onnx::OptionalProto &proto);
static Error fill(const FileValue &value, onnx::MapProto &proto);

static Error fill(const FileValue &value, onnx::SequenceProto &proto) {
  proto.set_name(value.name);
  Type element = cast<SequenceType>(value.type).getElementType();
  proto.set_elem_type(isa<TensorType>(element) ? onnx::SequenceProto::TENSOR
                      : isa<SequenceType>(element)
                          ? onnx::SequenceProto::SEQUENCE
                      : isa<MapType>(element) ? onnx::SequenceProto::MAP
                                              : onnx::SequenceProto::OPTIONAL);
  for (const FileValue &item : value.elements) {
    Error e =
        isa<TensorType>(item.type) ? fill(item, *proto.add_tensor_values())
        : isa<SequenceType>(item.type)
            ? fill(item, *proto.add_sequence_values())
        : isa<MapType>(item.type) ? fill(item, *proto.add_map_values())
                                  : fill(item, *proto.add_optional_values());
    if (e)
      return e;
  }
  return Error::success();
}

static Error fill(const FileValue &value, onnx::MapProto &proto) {
  auto type = cast<MapType>(value.type);
  proto.set_name(value.name);
  proto.set_key_type(getOnnxNumber(type.getKeyType()));
  for (int64_t key : value.keys)
    proto.add_keys(key);
  for (const std::string &key : value.stringKeys)
    proto.add_string_keys(key);
  FileValue values{
      SequenceType::get(type.getValueType()), "", {}, value.elements};
  return fill(values, *proto.mutable_values());
}

static Error fill(const FileValue &value, onnx::OptionalProto &proto) {
  proto.set_name(value.name);
  Type element = cast<OptionalType>(value.type).getElementType();
  proto.set_elem_type(isa<TensorType>(element) ? onnx::OptionalProto::TENSOR
                      : isa<SequenceType>(element)
                          ? onnx::OptionalProto::SEQUENCE
                      : isa<MapType>(element) ? onnx::OptionalProto::MAP
                                              : onnx::OptionalProto::OPTIONAL);
  if (value.elements.empty())
    return Error::success();
  const FileValue &item = value.elements.front();
  return isa<TensorType>(item.type) ? fill(item, *proto.mutable_tensor_value())
         : isa<SequenceType>(item.type)
             ? fill(item, *proto.mutable_sequence_value())
         : isa<MapType>(item.type)
             ? fill(item, *proto.mutable_map_value())
             : fill(item, *proto.mutable_optional_value());
}

Error onnc::writeTensorFile(const FileValue &value, StringRef path) {
  std::string bytes;
  auto encode = [&](auto proto) -> Error {
    if (Error e = fill(value, proto))
      return e;
    if (proto.ByteSizeLong() > INT_MAX || !proto.SerializeToString(&bytes))
      return importError(DiagID::InputOutput,
                         "'" + path + "' would be larger than 2 GB");
    return Error::success();
  };
  Error e = isa<TensorType>(value.type)     ? encode(onnx::TensorProto())
            : isa<SequenceType>(value.type) ? encode(onnx::SequenceProto())
            : isa<MapType>(value.type)      ? encode(onnx::MapProto())
            : isa<OptionalType>(value.type)
                ? encode(onnx::OptionalProto())
                : importError(DiagID::ExportUnsupported,
                              "a value of type " + value.type.str() +
                                  " has no file format");
  if (e)
    return e;
  return writeOutputFile(path, [&](raw_ostream &os) {
    os << bytes;
    return Error::success();
  });
}
