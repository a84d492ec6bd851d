//===- ModelImporter.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelImporter.h"
#include "ImportError.h"
#include "NewFields.h"
#include "ProtoFile.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

ModelImporter::ModelImporter(Context &context, BlobRef file, StringRef path,
                             const ImportOptions &options)
    : context(context), file(file), path(path), options(options),
      module(std::make_unique<Module>(context)),
      tensors(context, file, sys::path::parent_path(path)), types(context) {}

std::unique_ptr<Module> ModelImporter::run() {
  return succeeded(importModel()) ? std::move(module) : nullptr;
}

LogicalResult ModelImporter::importModel() {
  StringRef bytes(file->getBytes().data(), file->getBytes().size());
  if (bytes.empty())
    return error(DiagID::ImportMalformed, fileLoc()) << "the file is empty";
  auto ignored = parseMessage(bytes, RootMessage::Model, model);
  if (!ignored)
    return report(context.getDiagnostics(), fileLoc(), ignored.takeError());
  for (const std::string &feature : *ignored)
    context.getDiagnostics().warning(DiagID::ImportUnsupportedFeature,
                                     fileLoc())
        << feature << " is ignored";
  if (!model.has_graph())
    return error(DiagID::ImportMalformed, fileLoc())
           << "the model has no graph";

  Expected<Opsets> opsets = readOpsets(model.opset_import());
  if (!opsets)
    return report(context.getDiagnostics(), fileLoc(), opsets.takeError());
  modelOpsets = std::move(*opsets);
  if (failed(readFunctions()))
    return failure();
  readModuleAttributes();
  if (failed(importMain(module->addGraph("main"))))
    return failure();
  if (!unsupportedOps.empty()) {
    unsupportedOps.report(context.getDiagnostics(), path);
    return failure();
  }
  if (failed(inferTypes(*module)) || failed(verify(*module)))
    return failure();
  PropertySet properties = module->getProperties();
  properties.set(Property::Imported);
  module->setProperties(properties);
  return success();
}

Expected<ModelImporter::Opsets> ModelImporter::readOpsets(const OpsetIds &ids) {
  Opsets opsets;
  for (const auto &id : ids) {
    auto [it, isNew] =
        opsets.try_emplace(normalizeDomain(id.domain()), id.version());
    if (!isNew && it->second != id.version())
      return malformed("operator set '" + id.domain() +
                       "' is imported in versions " + Twine(it->second) +
                       " and " + Twine(id.version()));
  }
  // IR version 3 introduced the list; before, there was version 1 only.
  if (opsets.empty() && model.ir_version() < 3)
    opsets[""] = 1;
  static constexpr std::tuple<const char *, const char *, int64_t> known[] = {
      {"", "ai.onnx", newestOnnxOpset},
      {"ai.onnx.ml", "ai.onnx.ml", newestOnnxMlOpset}};
  for (auto [domain, name, newest] : known) {
    auto set = opsets.find(domain);
    if (set == opsets.end())
      continue;
    if (set->second > newest)
      return unsupported("operator set " + Twine(set->second) + " of " + name +
                         " is newer than " + Twine(newest) +
                         ", the newest known");
    if (set->second < 1)
      return malformed("operator set " + Twine(set->second) + " of " + name +
                       " can't be");
  }
  return opsets;
}

void ModelImporter::readModuleAttributes() {
  if (!model.graph().name().empty())
    module->setName(model.graph().name());
  auto set = [&](StringRef name, const std::string &value) {
    if (!value.empty())
      module->setAttr(name, StringAttr::get(value));
  };
  set("onnx.producer_name", model.producer_name());
  set("onnx.producer_version", model.producer_version());
  set("onnx.domain", model.domain());
  if (model.model_version())
    module->setAttr("onnx.model_version", IntAttr::get(model.model_version()));
}

/// An input with an initializer is a constant: up to IR version 3 every
/// initializer had to be listed as an input, and later it is a default, which a
/// compiled model doesn't let its caller replace.
static bool isInitialized(const onnx::GraphProto &proto, StringRef input) {
  return any_of(proto.initializer(),
                [&](const auto &t) { return t.name() == input; }) ||
         any_of(proto.sparse_initializer(),
                [&](const auto &t) { return t.values().name() == input; });
}

/// Names of dimensions that --shape gives a size. A dimension's size that the
/// model itself gives can't be changed: it may have been computed with.
LogicalResult ModelImporter::fixShapes(const onnx::GraphProto &proto) {
  DiagLocation loc = fileLoc();
  for (const auto &[name, shape] : options.shapes) {
    const onnx::ValueInfoProto *found = nullptr;
    std::string nearest;
    unsigned bestDistance = std::max<size_t>(2, name.size() / 3) + 1;
    for (const auto &input : proto.input()) {
      if (input.name() == name)
        found = &input;
      unsigned distance = StringRef(name).edit_distance(input.name());
      if (distance < bestDistance) {
        bestDistance = distance;
        nearest = input.name();
      }
    }
    if (found && isInitialized(proto, name))
      return error(DiagID::ImportShape, loc)
             << "'" << name << "' is a constant, whose shape can't be set";
    if (!found) {
      auto diag = error(DiagID::ImportShape, loc);
      diag << "the model has no input '" << name << "'";
      if (!nearest.empty())
        diag << ", did you mean '" << nearest << "'?";
      return diag;
    }
    const auto &tensor = found->type().tensor_type();
    if (!tensor.has_shape())
      continue;
    if (static_cast<size_t>(tensor.shape().dim_size()) != shape.size())
      return error(DiagID::ImportShape, loc)
             << "input '" << name << "' has " << tensor.shape().dim_size()
             << " dimensions, the given shape " << shape.size();
    for (auto [dim, size] : zip_equal(tensor.shape().dim(), shape)) {
      if (dim.has_dim_value() && dim.dim_value() != size)
        return error(DiagID::ImportShape, loc)
               << "input '" << name << "' has a dimension of "
               << dim.dim_value() << ", which can't be set to " << size;
      if (!dim.dim_param().empty())
        if (Error e = types.fixDimension(dim.dim_param(), size))
          return report(context.getDiagnostics(), loc, std::move(e));
    }
  }
  return success();
}

LogicalResult ModelImporter::importInput(const onnx::ValueInfoProto &input,
                                         Graph &graph, Scope &scope) {
  DiagLocation loc = fileLoc();
  loc.node = input.name();
  Expected<Type> type = types.readInput(input);
  if (!type)
    return report(context.getDiagnostics(), loc, type.takeError());
  if (auto it = options.shapes.find(input.name()); it != options.shapes.end()) {
    auto tensor = dyn_cast<TensorType>(*type);
    if (!tensor)
      return error(DiagID::ImportShape, loc)
             << "input '" << input.name() << "' is no tensor, so has no shape";
    Expected<TensorType> fixed = makeStaticType(
        context, getOnnxNumber(tensor.getElementType()), it->second);
    if (!fixed)
      return report(context.getDiagnostics(), loc, fixed.takeError());
    type = *fixed;
  }
  Value *value = graph.getBody().addArgument(*type, input.name());
  return define(scope, input.name(), {value}, "a graph input");
}

LogicalResult ModelImporter::importMain(Graph &graph) {
  const onnx::GraphProto &proto = model.graph();
  Scope scope;
  scope.opsets = &modelOpsets;
  Builder builder(context);
  builder.setInsertionPointToEnd(graph.getBody());
  if (failed(fixShapes(proto)))
    return failure();

  StringSet<> constants;
  for (const auto &tensor : proto.initializer())
    constants.insert(tensor.name());
  for (const auto &tensor : proto.sparse_initializer())
    constants.insert(tensor.values().name());
  for (const auto &input : proto.input())
    if (!constants.contains(input.name()) &&
        failed(importInput(input, graph, scope)))
      return failure();
  for (const auto &info : proto.value_info())
    scope.declared[info.name()] = &info;
  for (const auto &output : proto.output()) {
    scope.declared[output.name()] = &output;
    scope.used.insert(output.name());
  }
  if (failed(importConstants(proto, scope, builder)) ||
      failed(importNodes(proto.node(), scope, builder)))
    return failure();

  SmallVector<Value *> outputs;
  bool poisoned = false;
  if (failed(importOutputs(proto, scope, outputs, poisoned)))
    return failure();
  if (poisoned)
    return success();
  builder.setLoc(Location::node(context, "", path));
  builder.createReturn(outputs);
  std::vector<std::string> names;
  for (const auto &output : proto.output())
    names.push_back(output.name());
  graph.setOutputNames(std::move(names));
  return success();
}

LogicalResult ModelImporter::importOutputs(const onnx::GraphProto &proto,
                                           Scope &scope,
                                           SmallVectorImpl<Value *> &values,
                                           bool &poisoned) {
  for (const auto &output : proto.output()) {
    DiagLocation loc = fileLoc();
    loc.node = output.name();
    auto it = scope.names.find(output.name());
    if (it == scope.names.end())
      return error(DiagID::ImportMalformed, loc)
             << "nothing in the graph defines its output '" << output.name()
             << "'";
    poisoned |= it->second.poisoned;
    values.push_back(it->second.value);
    // A node's result has its declared type; an input that is an output may
    // still contradict.
    if (Value *value = it->second.value; value && value->isArgument())
      if (failed(setType(value, value->getType(), output.name(), "input", scope,
                         loc)))
        return failure();
  }
  return success();
}
