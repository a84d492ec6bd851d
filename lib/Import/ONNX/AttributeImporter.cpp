//===- AttributeImporter.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportError.h"
#include "ModelImporter.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

LogicalResult ModelImporter::importConstants(const onnx::GraphProto &proto,
                                             Scope &scope, Builder &builder) {
  auto import = [&](const std::string &name,
                    Expected<ConstantAttr> value) -> LogicalResult {
    DiagLocation loc = fileLoc();
    loc.node = scope.prefix + name;
    if (!value)
      return report(context.getDiagnostics(), loc, value.takeError());
    if (name.empty())
      return error(DiagID::ImportMalformed, loc)
             << "an initializer has no name";
    builder.setLoc(Location::node(context, scope.prefix + name, path));
    Value *constant = builder.constant(*value, scope.prefix + name);
    if (failed(setType(constant, constant->getType(), name, "initializer",
                       scope, loc)))
      return failure();
    return define(scope, name, {constant}, "an initializer");
  };
  for (const auto &tensor : proto.initializer())
    if (failed(import(tensor.name(), tensors.read(tensor))))
      return failure();
  for (const auto &tensor : proto.sparse_initializer())
    if (failed(import(tensor.values().name(), tensors.read(tensor))))
      return failure();
  return success();
}

Expected<Attribute>
ModelImporter::readAttribute(const onnx::AttributeProto &attr) {
  auto kind = attr.type();
  // IR version 1 had no type: the field that is there tells it.
  if (!attr.has_type() || kind == onnx::AttributeProto::UNDEFINED)
    kind = attr.has_f()               ? onnx::AttributeProto::FLOAT
           : attr.has_i()             ? onnx::AttributeProto::INT
           : attr.has_s()             ? onnx::AttributeProto::STRING
           : attr.has_t()             ? onnx::AttributeProto::TENSOR
           : attr.has_sparse_tensor() ? onnx::AttributeProto::SPARSE_TENSOR
           : attr.has_tp()            ? onnx::AttributeProto::TYPE_PROTO
           : attr.floats_size()       ? onnx::AttributeProto::FLOATS
           : attr.ints_size()         ? onnx::AttributeProto::INTS
           : attr.strings_size()      ? onnx::AttributeProto::STRINGS
                                      : onnx::AttributeProto::UNDEFINED;
  auto makeArray = [&](const auto &protos, auto read) -> Expected<Attribute> {
    SmallVector<Attribute> elements;
    for (const auto &proto : protos) {
      Expected<Attribute> element = read(proto);
      if (!element)
        return element;
      elements.push_back(*element);
    }
    return ArrayAttr::get(elements);
  };
  auto readTensor = [&](const auto &proto) -> Expected<Attribute> {
    return tensors.read(proto);
  };
  auto readType = [&](const onnx::TypeProto &proto) -> Expected<Attribute> {
    Expected<Type> type = types.read(proto);
    if (!type)
      return type.takeError();
    if (!*type)
      return malformed("a type says nothing");
    return TypeAttr::get(*type);
  };
  switch (kind) {
  case onnx::AttributeProto::FLOAT:
    return FloatAttr::get(attr.f());
  case onnx::AttributeProto::INT:
    return IntAttr::get(attr.i());
  case onnx::AttributeProto::STRING:
    return StringAttr::get(attr.s());
  case onnx::AttributeProto::TENSOR:
    return readTensor(attr.t());
  case onnx::AttributeProto::SPARSE_TENSOR:
    return readTensor(attr.sparse_tensor());
  case onnx::AttributeProto::TYPE_PROTO:
    return readType(attr.tp());
  case onnx::AttributeProto::FLOATS:
    return FloatsAttr::get(
        SmallVector<double>(attr.floats().begin(), attr.floats().end()));
  case onnx::AttributeProto::INTS:
    return IntsAttr::get(
        SmallVector<int64_t>(attr.ints().begin(), attr.ints().end()));
  case onnx::AttributeProto::STRINGS:
    return StringsAttr::get(
        std::vector<std::string>(attr.strings().begin(), attr.strings().end()));
  case onnx::AttributeProto::TENSORS:
    return makeArray(attr.tensors(), readTensor);
  case onnx::AttributeProto::SPARSE_TENSORS:
    return makeArray(attr.sparse_tensors(), readTensor);
  case onnx::AttributeProto::TYPE_PROTOS:
    return makeArray(attr.type_protos(), readType);
  default:
    return malformed("it has no value");
  }
}

LogicalResult
ModelImporter::readAttributes(const onnx::NodeProto &node, const Scope &scope,
                              const DiagLocation &loc,
                              SmallVectorImpl<NamedAttr> &attributes,
                              StringMap<const onnx::GraphProto *> &bodies) {
  StringSet<> seen;
  for (const auto &attr : node.attribute()) {
    StringRef name = attr.name();
    if (name.empty() || !seen.insert(name).second)
      return error(DiagID::ImportMalformed, loc)
             << "attribute '" << name << "' stands twice or has no name";
    const onnx::AttributeProto *given = &attr;
    if (!attr.ref_attr_name().empty()) {
      if (!scope.attributes)
        return error(DiagID::ImportMalformed, loc)
               << "attribute '" << name << "' refers to '"
               << attr.ref_attr_name() << "' of a function, but stands in none";
      given = scope.attributes->lookup(attr.ref_attr_name());
      if (!given)
        continue; // The caller leaves it out, so the node does.
    }
    if (given->has_g()) {
      bodies[name] = &given->g();
      continue;
    }
    if (given->graphs_size())
      return error(DiagID::ImportUnsupportedFeature, loc)
             << "attribute '" << name << "' is a list of graphs";
    Expected<Attribute> value = readAttribute(*given);
    if (!value) {
      Error inner = value.takeError();
      return report(
          context.getDiagnostics(), loc,
          malformed("attribute '" + name + "': " + toString(std::move(inner))));
    }
    attributes.push_back({context.intern(name), *value});
  }
  return success();
}

/// The spellings of Constant become one: the attribute "value".
LogicalResult ModelImporter::importConstant(const onnx::NodeProto &node,
                                            ArrayRef<NamedAttr> attributes,
                                            Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  if (attributes.size() != 1 || node.input_size() || node.output_size() != 1)
    return error(DiagID::ImportMalformed, loc)
           << "a constant has one attribute, no input and one output";
  const auto &[name, attr] = attributes.front();
  auto floats = [&](ArrayRef<double> values, bool scalar) {
    SmallVector<float> narrow(values.begin(), values.end());
    return ConstantAttr::getFloats(context, narrow, scalar);
  };
  auto strings = [&](ArrayRef<std::string> values, ArrayRef<int64_t> shape) {
    return ConstantAttr::get(
        TensorType::get(context, ElementType::String, shape),
        ConstantData(std::vector<std::string>(values.begin(), values.end())));
  };
  // An empty list of any kind is an array.
  bool isEmpty =
      isa<ArrayAttr>(attr) && cast<ArrayAttr>(attr).getValue().empty();
  ConstantAttr value;
  if (name == "value" || name == "sparse_value")
    value = dyn_cast<ConstantAttr>(attr);
  else if (auto f = dyn_cast<FloatAttr>(attr); f && name == "value_float")
    value = floats({f.getValue()}, true);
  else if (auto i = dyn_cast<IntAttr>(attr); i && name == "value_int")
    value = ConstantAttr::getInts(context, {i.getValue()}, true);
  else if (auto s = dyn_cast<StringAttr>(attr); s && name == "value_string")
    value = strings({s.getValue().str()}, {});
  else if (auto fs = dyn_cast<FloatsAttr>(attr);
           (fs || isEmpty) && name == "value_floats")
    value = floats(isEmpty ? ArrayRef<double>() : fs.getValue(), false);
  else if (auto is = dyn_cast<IntsAttr>(attr);
           (is || isEmpty) && name == "value_ints")
    value = ConstantAttr::getInts(context, isEmpty ? ArrayRef<int64_t>()
                                                   : is.getValue());
  else if (auto ss = dyn_cast<StringsAttr>(attr);
           (ss || isEmpty) && name == "value_strings") {
    auto list = isEmpty ? ArrayRef<std::string>() : ss.getValue();
    value = strings(list, {static_cast<int64_t>(list.size())});
  }
  if (!value)
    return error(DiagID::ImportMalformed, loc)
           << "attribute '" << name << "' is no value of a constant";
  Value *constant = builder.constant(value);
  if (failed(setType(constant, constant->getType(), node.output(0),
                     "'Constant'", scope, loc)))
    return failure();
  return bindOutputs(node, {constant}, scope, loc);
}
