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
                                         const DiagLocation &loc,
                                         bool setNames) {
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string &name = node.output(i);
    if (name.empty())
      continue;
    if (setNames)
      values[i]->setName(scope.prefix + name);
    if (failed(define(scope, name, {values[i]}, "node '" + loc.node + "'")))
      return failure();
  }
  return success();
}

LogicalResult ModelImporter::poison(const onnx::NodeProto &node, Scope &scope,
                                    const DiagLocation &loc) {
  for (const std::string &name : node.output())
    if (!name.empty() && failed(define(scope, name, {nullptr, true},
                                       "node '" + loc.node + "'")))
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
  auto version = scope.opsets->find(domain);
  if (version == scope.opsets->end())
    return "the model imports no operator set of its domain";
  StringRef opType = getNewestName(node.op_type());
  if (domain.empty() && opType == "Constant")
    return {};
  if (!context.lookupOnnxOp(domain, opType)) {
    if (domain.empty())
      return "there is no such operator, or it isn't supported";
    return "nothing is known of the operator's domain or of the operator";
  }
  if (int first = getFirstVersion(node.op_type());
      domain.empty() && version->second < first)
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
// Constants and attributes
//===----------------------------------------------------------------------===//

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
    return FloatsAttr::get(SmallVector<double>(attr.floats().begin(),
                                               attr.floats().end()));
  case onnx::AttributeProto::INTS:
    return IntsAttr::get(
        SmallVector<int64_t>(attr.ints().begin(), attr.ints().end()));
  case onnx::AttributeProto::STRINGS:
    return StringsAttr::get(std::vector<std::string>(attr.strings().begin(),
                                                     attr.strings().end()));
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

LogicalResult ModelImporter::readAttributes(
    const onnx::NodeProto &node, const Scope &scope, const DiagLocation &loc,
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
      return report(context.getDiagnostics(), loc,
                    malformed("attribute '" + name +
                              "': " + toString(std::move(inner))));
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
  bool isEmpty = isa<ArrayAttr>(attr) && cast<ArrayAttr>(attr).getValue().empty();
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
    value = ConstantAttr::getInts(
        context, isEmpty ? ArrayRef<int64_t>() : is.getValue());
  else if (auto ss = dyn_cast<StringsAttr>(attr);
           (ss || isEmpty) && name == "value_strings") {
    auto list = isEmpty ? ArrayRef<std::string>() : ss.getValue();
    value = strings(list, {static_cast<int64_t>(list.size())});
  }
  if (!value)
    return error(DiagID::ImportMalformed, loc)
           << "attribute '" << name << "' is no value of a constant";
  Value *constant = builder.constant(value);
  if (failed(setType(constant, constant->getType(), node.output(0), "'Constant'",
                     scope, loc)))
    return failure();
  return bindOutputs(node, {constant}, scope, loc);
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

  // Inputs, and what bodies capture.
  bool poisoned = false;
  SmallVector<Binding, 4> bindings;
  auto use = [&](const std::string &name) -> LogicalResult {
    auto it = scope.names.find(name);
    if (it == scope.names.end())
      return error(DiagID::ImportMalformed, loc)
             << explainUndefined(nodes, index, name);
    bindings.push_back(it->second);
    poisoned |= it->second.poisoned;
    return success();
  };
  for (const std::string &input : node.input()) {
    if (input.empty())
      bindings.push_back({});
    else if (failed(use(input)))
      return failure();
  }
  for (const auto &body : bodies) {
    SetVector<StringRef> captures;
    collectCaptures(*body.second, captures);
    for (StringRef name : captures) {
      auto it = scope.names.find(name);
      if (it == scope.names.end())
        return error(DiagID::ImportMalformed, loc)
               << explainUndefined(nodes, index, name);
      poisoned |= it->second.poisoned;
    }
  }
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

  const OpInfo *info =
      context.lookupOnnxOp(domain, getNewestName(node.op_type()));
  SmallVector<const onnx::GraphProto *, 2> regions;
  for (StringRef name : info->regions) {
    const onnx::GraphProto *body = bodies.lookup(name);
    if (!body)
      return error(DiagID::ImportMalformed, loc)
             << "the graph '" << name << "' is missing";
    regions.push_back(body);
  }
  if (regions.size() != bodies.size())
    return error(DiagID::ImportMalformed, loc)
           << describeOp(node.domain(), node.op_type()) << " has "
           << info->regions.size() << " graphs, the node has " << bodies.size();
  return importOperator(node, *info, version, inputs, regions,
                        std::move(attributes), scope, builder);
}

LogicalResult ModelImporter::importForeign(
    const onnx::NodeProto &node, int64_t version,
    const ForeignImporter &importer, ArrayRef<Value *> inputs,
    ArrayRef<NamedAttr> attributes, Scope &scope, Builder &builder) {
  DiagLocation loc = builder.getLoc().toDiag();
  ForeignNode foreign{node.domain(), node.op_type(), version, inputs,
                      attributes, static_cast<unsigned>(node.output_size())};
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

/// What the record of an operator demands of operands and attributes before
/// inference may look at them.
static std::string checkForm(const OpInfo &info, const NodeForm &form) {
  auto declared = info.operands;
  bool variadic = !declared.empty() && declared.back().arity == Arity::Variadic;
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

  std::string base = node.output_size() ? node.output(0) : node.op_type();
  NodeForm form(builder, node.op_type(), scope.prefix + base);
  form.inputs.assign(inputs.begin(), inputs.end());
  form.attributes = std::move(attributes);
  for (const std::string &output : node.output())
    form.outputs.push_back(!output.empty() && scope.used.contains(output));
  for (int i = node.output_size(); i > 0 && node.output(i - 1).empty(); --i)
    form.outputs.pop_back();
  unsigned numErrors = context.getDiagnostics().getNumErrors();
  if (normalizeDomain(node.domain()).empty())
    if (Error e = upgradeNode(form, version)) {
      std::string reason = toString(std::move(e));
      if (context.getDiagnostics().getNumErrors() != numErrors)
        return failure();
      return rejectNode(node, reason, scope, loc);
    }
  while (!form.inputs.empty() && !form.inputs.back())
    form.inputs.pop_back();
  if (std::string wrong = checkForm(info, form); !wrong.empty())
    return error(DiagID::ImportMalformed, loc) << opName << ": " << wrong;

  // Results: those that the node names, and all that the operator always has.
  unsigned numResults = form.outputs.size(), needed = 0;
  for (const ValueInfo &result : info.results)
    needed += result.arity == Arity::One;
  bool variadic =
      !info.results.empty() && info.results.back().arity == Arity::Variadic;
  if (!variadic && numResults > info.results.size())
    return error(DiagID::ImportMalformed, loc)
           << opName << ": it has " << numResults << " outputs, not "
           << info.results.size() << " or less";
  numResults = std::max(numResults, needed);

  // Captured values follow the operands.
  SetVector<StringRef> captures;
  for (const onnx::GraphProto *body : bodies)
    collectCaptures(*body, captures);
  if (!captures.empty()) {
    // Every declared operand has its place, also those that are absent.
    size_t fixed = info.operands.size() - 1;
    if (form.inputs.size() < fixed)
      form.inputs.resize(fixed, nullptr);
    for (StringRef name : captures)
      form.inputs.push_back(scope.names.lookup(name).value);
    if (is_contained(form.inputs, nullptr) && info.findAttr("num_captures") == nullptr)
      return error(DiagID::ImportUnsupportedFeature, loc)
             << opName << ": a body uses an input that the function's caller "
             << "leaves out";
    if (info.findAttr("num_captures"))
      form.setAttr("num_captures", IntAttr::get(captures.size()));
  }

  SmallVector<Type, 2> resultTypes(numResults, NoneType::get(context));
  Operation *op = builder.create(info, form.inputs, resultTypes,
                                 form.attributes, bodies.size());
  for (auto [i, body] : enumerate(bodies))
    if (failed(importBody(op, i, *body, captures.getArrayRef(), scope)))
      return failure();
  if (!unsupportedOps.empty() && !bodies.empty())
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      if (!op->getRegion(i).getTerminator())
        return poison(node, scope, loc);

  SmallVector<Type, 2> inferred;
  if (info.inferTypes && failed(info.inferTypes(op, inferred)))
    return failure();
  inferred.resize(numResults);
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
  for (unsigned i = 0; i < numResults; ++i) {
    std::string name =
        i < static_cast<unsigned>(node.output_size()) ? node.output(i) : "";
    if (failed(setType(values[i], inferred[i], name, opName, scope, loc)))
      return failure();
  }
  // Outputs that an upgrade dropped are unused, so need no value.
  onnx::NodeProto named;
  for (unsigned i = 0, e = std::min<unsigned>(node.output_size(), numResults);
       i < e; ++i)
    named.add_output(node.output(i));
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

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

/// The type of a body's argument that the model doesn't declare, from the
/// operand at the same place: bodies of Loop and Scan have an argument for each
/// operand. Shapes may change from iteration to iteration.
static Type guessArgumentType(Operation *op, unsigned index) {
  Context &context = op->getContext();
  if (op->getName() == "onnx.Loop" && index < 2)
    return TensorType::get(context,
                           index == 0 ? ElementType::I64 : ElementType::Bool,
                           ArrayRef<int64_t>());
  Value *operand = op->getOperand(index);
  if (!operand)
    return Type();
  Type type = operand->getType();
  if (auto sequence = dyn_cast<SequenceType>(type);
      sequence && op->getName() == "onnx.SequenceMap")
    return sequence.getElementType();
  if (auto tensor = dyn_cast<TensorType>(type))
    return TensorType::getUnranked(context, tensor.getElementType());
  return type;
}

LogicalResult ModelImporter::importBody(Operation *op, unsigned index,
                                        const onnx::GraphProto &proto,
                                        ArrayRef<StringRef> captures,
                                        const Scope &outer) {
  Region &region = op->getRegion(index);
  Scope scope = outer.makeNested();
  DiagLocation loc = op->getLoc().toDiag();
  for (const auto &[i, input] : enumerate(proto.input())) {
    Expected<Type> type = types.read(input.type());
    if (!type)
      return report(context.getDiagnostics(), loc, type.takeError());
    if (!*type)
      type = guessArgumentType(op, i);
    if (!*type)
      return error(DiagID::ImportMalformed, loc)
             << "the type of the body's input '" << input.name()
             << "' is neither declared nor known";
    Value *argument = region.addArgument(*type, scope.prefix + input.name());
    if (failed(define(scope, input.name(), {argument}, "an input of the body")))
      return failure();
  }
  for (StringRef name : captures) {
    Value *value = outer.names.lookup(name).value;
    Value *argument = region.addArgument(
        value ? value->getType() : NoneType::get(context),
        (scope.prefix + name).str());
    // A local definition of a name that the other branch captures wins.
    scope.names.try_emplace(name, Binding{argument, false});
    scope.definers.try_emplace(name, "the graph around it");
  }
  // The other branch may capture a name that this one defines.
  StringSet<> local;
  for (const auto &node : proto.node())
    for (const std::string &output : node.output())
      local.insert(output);
  for (const auto &tensor : proto.initializer())
    local.insert(tensor.name());
  for (StringRef name : captures)
    if (local.contains(name))
      scope.names.erase(name);

  for (const auto &info : proto.value_info())
    scope.declared[info.name()] = &info;
  for (const auto &output : proto.output()) {
    scope.declared[output.name()] = &output;
    scope.used.insert(output.name());
  }

  Builder builder(context);
  builder.setInsertionPointToEnd(region);
  if (failed(importConstants(proto, scope, builder)) ||
      failed(importNodes(proto.node(), scope, builder)))
    return failure();
  SmallVector<Value *> outputs;
  bool poisoned = false;
  if (failed(importOutputs(proto, scope, outputs, poisoned)))
    return failure();
  if (poisoned)
    return success();
  builder.setLoc(op->getLoc());
  builder.createReturn(outputs);
  return success();
}
