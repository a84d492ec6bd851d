//===- FunctionInliner.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Model-local functions are inlined where they are called: names inside get
/// the caller's name as a prefix, references to attributes of the function are
/// replaced by the caller's attributes or their defaults.
///
//===----------------------------------------------------------------------===//

#include "Capture.h"
#include "ImportError.h"
#include "ModelImporter.h"
#include "NewFields.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

static std::string getFunctionKey(StringRef domain, StringRef name,
                                  StringRef overload) {
  return (normalizeDomain(domain) + ":" + name + ":" + overload).str();
}

LogicalResult ModelImporter::readFunctions() {
  for (const auto &function : model.functions()) {
    std::string key = getFunctionKey(function.domain(), function.name(),
                                     getOverload(function));
    if (!functions.try_emplace(key, &function).second)
      return error(DiagID::ImportMalformed, fileLoc())
             << "function " << describeOp(function.domain(), function.name())
             << " is defined twice";
  }
  return success();
}

const onnx::FunctionProto *
ModelImporter::findFunction(const onnx::NodeProto &node) const {
  return functions.lookup(
      getFunctionKey(node.domain(), node.op_type(), getOverload(node)));
}

LogicalResult ModelImporter::checkDepth(const Scope &scope,
                                        const DiagLocation &loc) {
  if (scope.depth < maxDepth)
    return success();
  return error(DiagID::ImportUnsupportedFeature, loc)
         << "bodies and functions are nested more than " << maxDepth << " deep";
}

LogicalResult ModelImporter::inlineFunction(const onnx::FunctionProto &function,
                                            const onnx::NodeProto &node,
                                            ArrayRef<Binding> inputs,
                                            Scope &scope, Builder &builder,
                                            const DiagLocation &loc) {
  std::string name = describeOp(node.domain(), node.op_type());
  if (is_contained(scope.calls, &function))
    return error(DiagID::ImportMalformed, loc)
           << "function " << name << " calls itself";
  if (failed(checkDepth(scope, loc)))
    return failure();
  if (static_cast<int>(inputs.size()) > function.input_size() ||
      node.output_size() > function.output_size())
    return error(DiagID::ImportMalformed, loc)
           << "function " << name << " has " << function.input_size()
           << " inputs and " << function.output_size()
           << " outputs, its caller " << inputs.size() << " and "
           << node.output_size();
  numInlined += function.node_size();
  if (numInlined > maxInlined)
    return error(DiagID::ImportUnsupportedFeature, loc)
           << "inlining functions gives more than " << maxInlined << " nodes";

  // Attributes: defaults, then the caller's, whose references mean the
  // attributes of the function that the call stands in.
  Expected<std::vector<onnx::AttributeProto>> defaults =
      getAttributeDefaults(function);
  if (!defaults)
    return report(context.getDiagnostics(), loc, defaults.takeError());
  StringMap<const onnx::AttributeProto *> attributes;
  for (const auto &attr : *defaults)
    attributes[attr.name()] = &attr;
  for (const auto &attr : node.attribute()) {
    if (!attributes.contains(attr.name()) &&
        !is_contained(function.attribute(), attr.name()))
      return error(DiagID::ImportMalformed, loc)
             << "function " << name << " has no attribute '" << attr.name()
             << "'";
    const onnx::AttributeProto *given = &attr;
    if (!attr.ref_attr_name().empty())
      given = scope.attributes ? scope.attributes->lookup(attr.ref_attr_name())
                               : nullptr;
    if (given)
      attributes[attr.name()] = given;
  }

  Expected<Opsets> opsets = readOpsets(function.opset_import());
  if (!opsets)
    return report(context.getDiagnostics(), loc, opsets.takeError());
  Expected<std::vector<onnx::ValueInfoProto>> infos = getValueInfo(function);
  if (!infos)
    return report(context.getDiagnostics(), loc, infos.takeError());

  Scope inner;
  inner.opsets = &*opsets;
  inner.attributes = &attributes;
  inner.prefix = (loc.node + "/");
  inner.calls = scope.calls;
  inner.calls.push_back(&function);
  inner.depth = scope.depth + 1;
  for (const auto &info : *infos)
    inner.declared[info.name()] = &info;
  for (int i = 0; i < function.input_size(); ++i) {
    Binding binding =
        i < static_cast<int>(inputs.size()) ? inputs[i] : Binding();
    if (failed(define(inner, function.input(i), binding, "a function input")))
      return failure();
  }
  inner.used.insert(function.output().begin(), function.output().end());
  if (failed(importNodes(function.node(), inner, builder)))
    return failure();

  SmallVector<Binding, 2> outputs;
  for (int i = 0; i < node.output_size(); ++i) {
    auto it = inner.names.find(function.output(i));
    if (it == inner.names.end())
      return error(DiagID::ImportMalformed, loc)
             << "nothing in function " << name << " defines its output '"
             << function.output(i) << "'";
    outputs.push_back(it->second);
  }
  for (auto [i, binding] : enumerate(outputs)) {
    const std::string &output = node.output(i);
    if (output.empty())
      continue;
    // The caller's name tells the user more than the function's.
    if (Value *value = binding.value;
        value && value->getDefiningOp() &&
        !is_contained(
            map_range(inputs, [](const Binding &b) { return b.value; }),
            value)) {
      value->setName(scope.prefix + output);
      if (failed(setType(value, value->getType(), output, name, scope, loc)))
        return failure();
    }
    if (failed(define(scope, output, binding, "node '" + loc.node + "'")))
      return failure();
  }
  return success();
}
