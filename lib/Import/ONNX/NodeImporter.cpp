//===- NodeImporter.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Capture.h"
#include "ImportError.h"
#include "ModelImporter.h"
#include "Upgrade/Upgrade.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

Scope Scope::makeNested() const {
  Scope nested;
  nested.opsets = opsets;
  nested.attributes = attributes;
  nested.prefix = prefix;
  nested.calls = calls;
  nested.depth = depth + 1;
  return nested;
}

std::string onnx_import::describeOp(StringRef domain, StringRef opType) {
  std::string normal = normalizeDomain(domain);
  return "'" + (normal.empty() ? "" : normal + ".") + opType.str() + "'";
}

Location ModelImporter::getLocation(const onnx::NodeProto &node, int index,
                                    const Scope &scope) {
  return Location::node(context, scope.prefix + getNodeName(node, index), path);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

LogicalResult ModelImporter::define(Scope &scope, const std::string &name,
                                    Binding binding, const Twine &definer) {
  auto [it, isNew] = scope.names.try_emplace(name, binding);
  if (!isNew)
    return error(DiagID::ImportMalformed, fileLoc())
           << "the name '" << name << "' is defined twice, by "
           << scope.definers[name] << " and by " << definer;
  scope.definers[name] = definer.str();
  return success();
}

LogicalResult ModelImporter::bindOutputs(const onnx::NodeProto &node,
                                         ArrayRef<Value *> values, Scope &scope,
                                         const DiagLocation &loc) {
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string &name = node.output(i);
    if (name.empty())
      continue;
    values[i]->setName(scope.prefix + name);
    if (failed(define(scope, name, {values[i]}, "node '" + loc.node + "'")))
      return failure();
  }
  return success();
}

LogicalResult ModelImporter::poison(const onnx::NodeProto &node, Scope &scope,
                                    const DiagLocation &loc) {
  for (const std::string &name : node.output())
    if (!name.empty() &&
        failed(define(scope, name, {nullptr, true}, "node '" + loc.node + "'")))
      return failure();
  return success();
}

LogicalResult ModelImporter::rejectNode(const onnx::NodeProto &node,
                                        const Twine &reason, Scope &scope,
                                        const DiagLocation &loc) {
  unsupportedOps.add(describeOp(node.domain(), node.op_type()), reason.str(),
                     loc.node);
  for (const onnx::GraphProto *body : getBodies(node))
    scanBody(*body, scope);
  return poison(node, scope, loc);
}

std::string ModelImporter::whyUnknown(const onnx::NodeProto &node,
                                      const Scope &scope) {
  std::string domain = normalizeDomain(node.domain());
  if (findFunction(node) || options.foreignImporters.count(domain))
    return {};
  if (domain == trainingDomain)
    return "training operators aren't supported; export the model for "
           "inference";
  auto version = scope.opsets->find(domain);
  if (version == scope.opsets->end())
    return "the model imports no operator set of its domain";
  StringRef opType = getNewestName(node.op_type());
  if (domain.empty() && opType == "Constant")
    return {};
  const OpInfo *info = context.lookupOnnxOp(domain, opType);
  if (!info) {
    if (domain.empty())
      return "there is no such operator, or it isn't supported";
    return "nothing is known of the operator's domain or of the operator";
  }
  if (int first = getFirstVersion(node.op_type(), *info);
      version->second < first)
    return "it appeared in operator set " + std::to_string(first) +
           ", the model uses " + std::to_string(version->second);
  return {};
}

void ModelImporter::scanBody(const onnx::GraphProto &proto,
                             const Scope &scope) {
  for (const auto &[index, node] : enumerate(proto.node())) {
    std::string why = whyUnknown(node, scope);
    if (!why.empty())
      unsupportedOps.add(describeOp(node.domain(), node.op_type()), why,
                         scope.prefix + getNodeName(node, index));
    for (const onnx::GraphProto *body : getBodies(node))
      scanBody(*body, scope);
  }
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

LogicalResult ModelImporter::importNodes(const Nodes &nodes, Scope &scope,
                                         Builder &builder) {
  collectUses(nodes, scope.used);
  for (int i = 0; i < nodes.size(); ++i)
    if (failed(importNode(nodes, i, scope, builder)))
      return failure();
  return success();
}

LogicalResult
ModelImporter::resolveInputs(const Nodes &nodes, int index, const Scope &scope,
                             const StringMap<const onnx::GraphProto *> &bodies,
                             SmallVectorImpl<Binding> &bindings,
                             bool &poisoned) {
  auto lookup = [&](StringRef name, Binding &binding) -> LogicalResult {
    auto it = scope.names.find(name);
    if (it == scope.names.end())
      return error(DiagID::ImportMalformed,
                   getLocation(nodes[index], index, scope).toDiag())
             << explainUndefined(nodes, index, name);
    binding = it->second;
    poisoned |= binding.poisoned;
    return success();
  };
  for (const std::string &input : nodes[index].input())
    if (Binding &binding = bindings.emplace_back();
        !input.empty() && failed(lookup(input, binding)))
      return failure();
  for (const auto &body : bodies) {
    SetVector<StringRef> captures;
    collectCaptures(*body.second, captures);
    for (StringRef name : captures)
      if (Binding ignored; failed(lookup(name, ignored)))
        return failure();
  }
  return success();
}

/// Those of FlexAttention modify a tensor; one that is absent doesn't.
static bool mayLackBodies(const OpInfo &info) {
  return info.name == "onnx_preview.FlexAttention";
}

LogicalResult ModelImporter::importNode(const Nodes &nodes, int index,
                                        Scope &scope, Builder &builder) {
  const onnx::NodeProto &node = nodes[index];
  builder.setLoc(getLocation(node, index, scope));
  DiagLocation loc = builder.getLoc().toDiag();
  if (node.op_type().empty())
    return error(DiagID::ImportMalformed, loc) << "the node has no op_type";

  if (std::string why = whyUnknown(node, scope); !why.empty())
    return rejectNode(node, why, scope, loc);

  SmallVector<NamedAttr, 4> attributes;
  StringMap<const onnx::GraphProto *> bodies;
  const onnx::FunctionProto *function = findFunction(node);
  if (!function && failed(readAttributes(node, scope, loc, attributes, bodies)))
    return failure();

  bool poisoned = false;
  SmallVector<Binding, 4> bindings;
  if (failed(resolveInputs(nodes, index, scope, bodies, bindings, poisoned)))
    return failure();
  if (poisoned) {
    for (const auto &body : bodies)
      scanBody(*body.second, scope);
    return poison(node, scope, loc);
  }
  if (function)
    return inlineFunction(*function, node, bindings, scope, builder, loc);

  SmallVector<Value *, 4> inputs;
  for (const Binding &binding : bindings)
    inputs.push_back(binding.value);
  while (!inputs.empty() && !inputs.back())
    inputs.pop_back();

  std::string domain = normalizeDomain(node.domain());
  int64_t version = 0;
  if (auto it = scope.opsets->find(domain); it != scope.opsets->end())
    version = it->second;
  if (auto it = options.foreignImporters.find(domain);
      it != options.foreignImporters.end()) {
    if (!bodies.empty())
      return rejectNode(node, "bodies of foreign operators aren't supported",
                        scope, loc);
    return importForeign(node, version, it->second, inputs, attributes, scope,
                         builder);
  }
  if (domain.empty() && node.op_type() == "Constant")
    return importConstant(node, attributes, scope, builder);

  const OpInfo &info =
      *context.lookupOnnxOp(domain, getNewestName(node.op_type()));
  SmallVector<const onnx::GraphProto *, 2> regions;
  for (StringRef name : info.regions) {
    const onnx::GraphProto *body = bodies.lookup(name);
    if (!body && !mayLackBodies(info))
      return error(DiagID::ImportMalformed, loc)
             << "the graph '" << name << "' is missing";
    regions.push_back(body);
  }
  if (size_t known = count_if(regions, [](auto *body) { return body; });
      known != bodies.size())
    return error(DiagID::ImportMalformed, loc)
           << describeOp(node.domain(), node.op_type()) << " has "
           << info.regions.size() << " graphs, the node has "
           << bodies.size() - known << " others";
  return importOperator(node, info, version, inputs, regions,
                        std::move(attributes), scope, builder);
}

LogicalResult ModelImporter::importForeign(const onnx::NodeProto &node,
                                           int64_t version,
                                           const ForeignImporter &importer,
                                           ArrayRef<Value *> inputs,
                                           ArrayRef<NamedAttr> attributes,
                                           Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  ForeignNode foreign{node.domain(), node.op_type(),
                      version,       inputs,
                      attributes,    static_cast<unsigned>(node.output_size())};
  auto values = importer(builder, foreign);
  if (!values)
    return rejectNode(node, toString(values.takeError()), scope, loc);
  if (values->size() < static_cast<size_t>(node.output_size()))
    return rejectNode(node, "its importer made too few results", scope, loc);
  for (int i = 0; i < node.output_size(); ++i)
    if (failed(setType((*values)[i], (*values)[i]->getType(), node.output(i),
                       node.op_type(), scope, loc)))
      return failure();
  return bindOutputs(node, *values, scope, loc);
}

/// What the record of an operator demands of operands, results and attributes
/// before inference may look at them.
static std::string checkForm(const OpInfo &info, const NodeForm &form) {
  auto declared = info.operands;
  bool variadic = !declared.empty() && declared.back().arity == Arity::Variadic;
  // The variadic operand of If stands for what its bodies capture.
  if (!info.regions.empty() && !info.findAttr("num_captures")) {
    variadic = false;
    declared = declared.drop_back();
  }
  if (!variadic && form.inputs.size() > declared.size())
    return "it has " + std::to_string(form.inputs.size()) + " inputs, not " +
           std::to_string(declared.size()) + " or less";
  for (size_t i = 0; i < declared.size(); ++i)
    if (declared[i].arity == Arity::One && !form.getInput(i))
      return "its input '" + declared[i].name.str() + "' is missing";
  if (variadic)
    for (size_t i = declared.size() - 1; i < form.inputs.size(); ++i)
      if (!form.inputs[i])
        return "its input " + std::to_string(i) + " is missing";

  bool anyResults =
      !info.results.empty() && info.results.back().arity == Arity::Variadic;
  if (!anyResults && form.outputs.size() > info.results.size())
    return "it has " + std::to_string(form.outputs.size()) + " outputs, not " +
           std::to_string(info.results.size()) + " or less";

  for (const NamedAttr &attr : form.attributes) {
    const AttrInfo *spec = info.findAttr(attr.name);
    // What captured values a body has isn't for the model to say.
    if ((!spec && !info.openAttributes) || attr.name == "num_captures")
      return "it has no attribute '" + attr.name.str() + "'";
    auto list = dyn_cast<ArrayAttr>(attr.value);
    bool emptyList = list && list.getValue().empty() &&
                     (spec && (spec->kind == AttrKind::Ints ||
                               spec->kind == AttrKind::Floats ||
                               spec->kind == AttrKind::Strings));
    if (spec && spec->kind != attr.value.getKind() && !emptyList)
      return "its attribute '" + attr.name.str() + "' has the wrong type";
  }
  for (const AttrInfo &spec : info.attributes)
    if (spec.required && !form.getAttr(spec.name))
      return "its attribute '" + spec.name.str() + "' is missing";
  return {};
}

LogicalResult ModelImporter::importOperator(
    const onnx::NodeProto &node, const OpInfo &info, int64_t version,
    ArrayRef<Value *> inputs, ArrayRef<const onnx::GraphProto *> bodies,
    SmallVector<NamedAttr, 4> attributes, Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  std::string opName = describeOp(node.domain(), node.op_type());

  if (normalizeDomain(node.domain()).empty() && node.op_type() == "Scan" &&
      version < 9)
    return importBatchedScan(node, info, inputs, *bodies.front(), attributes,
                             scope, builder);

  std::string base = node.output_size() ? node.output(0) : node.op_type();
  NodeForm form(builder, node.op_type(), scope.prefix + base);
  form.inputs.assign(inputs.begin(), inputs.end());
  form.attributes = std::move(attributes);
  for (const std::string &output : node.output())
    form.outputs.push_back(!output.empty() && scope.used.contains(output));
  for (int i = node.output_size(); i > 0 && node.output(i - 1).empty(); --i)
    form.outputs.pop_back();
  unsigned numErrors = context.getDiagnostics().getNumErrors();
  if (Error e = upgradeNode(form, normalizeDomain(node.domain()), version)) {
    std::string reason = toString(std::move(e));
    if (context.getDiagnostics().getNumErrors() != numErrors)
      return failure();
    return rejectNode(node, reason, scope, loc);
  }
  while (!form.inputs.empty() && !form.inputs.back())
    form.inputs.pop_back();
  if (std::string wrong = checkForm(info, form); !wrong.empty())
    return error(DiagID::ImportMalformed, loc) << opName << ": " << wrong;

  SetVector<StringRef> captures;
  for (const onnx::GraphProto *body : bodies)
    if (body)
      collectCaptures(*body, captures);
  if (failed(addCaptures(form, info, captures.getArrayRef(), scope)))
    return failure();

  // Results: those that the node names, and all that the operator always has.
  unsigned needed = count_if(info.results, [](const ValueInfo &result) {
    return result.arity == Arity::One;
  });
  unsigned numResults = std::max<unsigned>(form.outputs.size(), needed);
  SmallVector<Type, 2> resultTypes(numResults, NoneType::get(context));
  Operation *op = builder.create(info, form.inputs, resultTypes,
                                 form.attributes, bodies.size());
  for (auto [i, body] : enumerate(bodies))
    if (failed(body ? importBody(op, i, *body, captures.getArrayRef(), scope)
                    : createIdentityBody(op, i, captures.getArrayRef(), scope)))
      return failure();
  if (!unsupportedOps.empty() && !bodies.empty())
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      if (!op->getRegion(i).getTerminator())
        return poison(node, scope, loc);

  return importResults(node, op, form, scope);
}

LogicalResult ModelImporter::addCaptures(NodeForm &form, const OpInfo &info,
                                         ArrayRef<StringRef> captures,
                                         const Scope &scope) {
  if (captures.empty())
    return success();
  // Every declared operand has its place, also those that are absent.
  form.inputs.resize(std::max(form.inputs.size(), info.operands.size() - 1),
                     nullptr);
  for (StringRef name : captures) {
    form.inputs.push_back(scope.names.lookup(name).value);
    if (!form.inputs.back())
      return error(DiagID::ImportUnsupportedFeature,
                   form.builder.getLoc().toDiag())
             << "a body uses '" << name
             << "', which the function's caller leaves out";
  }
  if (info.findAttr("num_captures"))
    form.setAttr("num_captures", IntAttr::get(captures.size()));
  return success();
}

LogicalResult ModelImporter::importResults(const onnx::NodeProto &node,
                                           Operation *op, NodeForm &form,
                                           Scope &scope) {
  DiagLocation loc = op->getLoc().toDiag();
  SmallVector<Type, 2> inferred;
  if (op->getInfo().inferTypes &&
      failed(op->getInfo().inferTypes(op, inferred)))
    return failure();
  inferred.resize(op->getNumResults());
  SmallVector<Value *, 2> values(op->getResults());
  if (form.finish) {
    values[0]->setType(inferred[0]);
    values[0]->setName(form.name + ".unshaped");
    Expected<Value *> finished = form.finish(values[0]);
    if (!finished)
      return report(context.getDiagnostics(), loc, finished.takeError());
    values[0] = *finished;
    inferred[0] = values[0]->getType();
  }
  std::string opName = describeOp(node.domain(), node.op_type());
  // Outputs that an upgrade dropped are unused, so need no value.
  onnx::NodeProto named;
  for (auto [i, value] : enumerate(values)) {
    std::string name =
        static_cast<int>(i) < node.output_size() ? node.output(i) : "";
    if (failed(setType(value, inferred[i], name, opName, scope, loc)))
      return failure();
    named.add_output(name);
  }
  return bindOutputs(named, values, scope, loc);
}

LogicalResult ModelImporter::setType(Value *value, Type inferred,
                                     const std::string &name, StringRef opName,
                                     const Scope &scope,
                                     const DiagLocation &loc) {
  if (inferred && inferred.isNone())
    inferred = Type();
  Type declared;
  if (const onnx::ValueInfoProto *info = scope.declared.lookup(name);
      info && !name.empty()) {
    Expected<Type> type = types.read(info->type());
    if (!type)
      return report(context.getDiagnostics(), loc,
                    malformed("the declared type of '" + name +
                              "': " + toString(type.takeError())));
    declared = *type;
  }
  if (!inferred && !declared)
    return error(DiagID::InferShape, loc)
           << opName << ": the type of its result '" << name
           << "' can't be inferred and isn't declared";
  Type type = !inferred   ? declared
              : !declared ? inferred
                          : unifyTypes(inferred, declared);
  if (!type)
    return error(DiagID::InferShape, loc)
           << opName << ": its result '" << name << "' is declared as "
           << declared << ", but it is " << inferred;
  value->setType(type);
  return success();
}
