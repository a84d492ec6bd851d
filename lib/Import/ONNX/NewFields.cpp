//===- NewFields.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NewFields.h"
#include "ImportError.h"
#include "WireFormat.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// The contents of all fields \p number. What fails to decode can't come from
/// the scanner.
static std::vector<std::string> findFields(const std::string &bytes,
                                           uint32_t number) {
  std::vector<std::string> out;
  WireReader reader(bytes);
  while (!reader.atEnd()) {
    WireField field = cantFail(reader.next());
    if (field.number == number)
      out.push_back(field.payload.str());
  }
  return out;
}

template <typename Message>
static Expected<std::vector<Message>> parseFields(const std::string &bytes,
                                                  uint32_t number) {
  std::vector<Message> out;
  for (const std::string &payload : findFields(bytes, number))
    if (!out.emplace_back().ParseFromString(payload))
      return malformed("field " + Twine(number) + " of a function is corrupt");
  return out;
}

template <typename Message>
static std::string lastString(const Message &message, uint32_t number) {
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
