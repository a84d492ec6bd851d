//===- NewFields.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NewFields.h"
#include "ImportError.h"
#include <google/protobuf/unknown_field_set.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// The contents of all fields \p number.
static std::vector<std::string>
findFields(const google::protobuf::UnknownFieldSet &fields, int number) {
  std::vector<std::string> out;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto &field = fields.field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      out.push_back(field.length_delimited());
  }
  return out;
}

template <typename Message>
static Expected<std::vector<Message>>
parseFields(const google::protobuf::UnknownFieldSet &fields, int number) {
  std::vector<Message> out;
  for (const std::string &payload : findFields(fields, number))
    if (!out.emplace_back().ParseFromString(payload))
      return malformed("field " + Twine(number) + " of a function is corrupt");
  return out;
}

template <typename Message>
static std::string lastString(const Message &message, int number) {
  auto found = findFields(message.unknown_fields(), number);
  return found.empty() ? std::string() : found.back();
}

std::string onnx_import::getOverload(const onnx::NodeProto &node) {
  return lastString(node, 8);
}

std::string onnx_import::getOverload(const onnx::FunctionProto &function) {
  return lastString(function, 13);
}

Expected<std::vector<onnx::AttributeProto>>
onnx_import::getAttributeDefaults(const onnx::FunctionProto &function) {
  return parseFields<onnx::AttributeProto>(function.unknown_fields(), 11);
}

Expected<std::vector<onnx::ValueInfoProto>>
onnx_import::getValueInfo(const onnx::FunctionProto &function) {
  return parseFields<onnx::ValueInfoProto>(function.unknown_fields(), 12);
}
