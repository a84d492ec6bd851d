//===- ModelMutator.cpp - What a model is made of -------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelMutator.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/OpInfo.h"
#include "onnc/Import/ONNX/Import.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::fuzz;

/// Models have at most so many nodes and levels of bodies, or most of the time
/// would go into few inputs.
static constexpr int maxNodes = 64;
static constexpr unsigned maxDepth = 12;

static constexpr StringLiteral functionDomain = "local";

/// The operators that ONNX defines.
static ArrayRef<const OpInfo *> getOperators() {
  static const std::vector<const OpInfo *> operators = [] {
    static Context context;
    std::vector<const OpInfo *> all = context.getOps();
    erase_if(all, [](const OpInfo *info) { return info->onnxSince == 0; });
    return all;
  }();
  return operators;
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

void ModelMutator::collectBodies(Nodes &nodes, onnx::GraphProto *graph,
                                 unsigned depth, std::vector<Body> &bodies) {
  bodies.push_back({&nodes, graph});
  if (depth == maxDepth)
    return;
  for (auto &node : nodes)
    for (auto &attr : *node.mutable_attribute()) {
      if (attr.has_g())
        collectBodies(*attr.mutable_g()->mutable_node(), attr.mutable_g(),
                      depth + 1, bodies);
      for (auto &each : *attr.mutable_graphs())
        collectBodies(*each.mutable_node(), &each, depth + 1, bodies);
    }
}

std::vector<ModelMutator::Body> ModelMutator::collectBodies() {
  std::vector<Body> bodies;
  collectBodies(*model.mutable_graph()->mutable_node(), model.mutable_graph(),
                0, bodies);
  for (auto &function : *model.mutable_functions())
    collectBodies(*function.mutable_node(), nullptr, 1, bodies);
  return bodies;
}

std::vector<std::string> ModelMutator::collectNames(const Body &body) {
  std::vector<std::string> names;
  if (body.graph) {
    for (const auto &input : body.graph->input())
      names.push_back(input.name());
    for (const auto &tensor : body.graph->initializer())
      names.push_back(tensor.name());
  }
  for (const auto &node : *body.nodes)
    for (const std::string &output : node.output())
      names.push_back(output);
  return names;
}

std::string ModelMutator::pickName(const Body &body) {
  std::vector<std::string> names = collectNames(body);
  // A value of an outer body, or of one that doesn't enclose this one.
  if (names.empty() || random.oneIn(4)) {
    std::vector<Body> bodies = collectBodies();
    names = collectNames(random.pick(bodies));
  }
  return names.empty() ? "" : random.pick(names);
}

onnx::NodeProto *ModelMutator::pickNode(const Body &body) {
  return body.nodes->empty() ? nullptr : &random.pick(*body.nodes);
}

std::string ModelMutator::freshName() {
  return "v" + std::to_string(random.below(1 << 30));
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

void ModelMutator::mutateOperands(const Body &body) {
  onnx::NodeProto *node = pickNode(body);
  if (!node)
    return;
  auto &inputs = *node->mutable_input();
  const int at = random.below(inputs.size());
  switch (random.below(inputs.empty() ? 1 : 6)) {
  case 0:
    *inputs.Add() = random.oneIn(3) ? "" : pickName(body);
    return;
  case 1:
    inputs.SwapElements(at, random.below(inputs.size()));
    return;
  case 2:
    inputs[at].clear();
    return;
  case 3:
    inputs.DeleteSubrange(at, 1);
    return;
  default:
    inputs[at] = pickName(body);
  }
}

void ModelMutator::mutateResults(const Body &body) {
  onnx::NodeProto *node = pickNode(body);
  if (!node)
    return;
  auto &outputs = *node->mutable_output();
  switch (random.below(outputs.empty() ? 1 : 3)) {
  case 0:
    *outputs.Add() = freshName();
    return;
  case 1:
    random.pick(outputs).clear();
    return;
  default:
    outputs.RemoveLast();
  }
}

void ModelMutator::changeOperator(const Body &body) {
  onnx::NodeProto *node = pickNode(body);
  if (!node)
    return;
  // Mostly one that takes as many operands.
  const OpInfo *picked = random.pick(getOperators());
  const size_t count = node->input_size();
  auto takesAsMany = [&] {
    const size_t needed = count_if(picked->operands, [](const ValueInfo &v) {
      return v.arity == Arity::One;
    });
    return needed <= count && count <= picked->operands.size();
  };
  for (unsigned tries = 0; tries != 16 && !takesAsMany(); ++tries)
    picked = random.pick(getOperators());
  const OpInfo &info = *picked;
  node->set_op_type(info.getShortName().str());
  node->set_domain(info.onnxDomain.str());
}

/// A node of any operator on any values, whose first result then stands in for
/// a value that something uses.
void ModelMutator::insertNode(const Body &body) {
  if (body.nodes->size() >= maxNodes)
    return;
  const OpInfo &info = *random.pick(getOperators());
  const int at = random.below(body.nodes->size() + 1);
  onnx::NodeProto node;
  node.set_op_type(info.getShortName().str());
  node.set_domain(info.onnxDomain.str());
  for (const ValueInfo &operand : info.operands)
    if (operand.arity == Arity::One || random.oneIn(2))
      node.add_input(pickName(body));
  for (const AttrInfo &attr : info.attributes)
    if (attr.required || random.oneIn(4)) {
      auto &made = *node.add_attribute();
      made.set_name(attr.name.str());
      drawAttribute(made);
    }
  const std::string result = freshName();
  node.add_output(result);
  const std::string replaced = pickName(body);
  for (int i = at; i < body.nodes->size(); ++i)
    for (std::string &input : *(*body.nodes)[i].mutable_input())
      if (input == replaced && random.oneIn(2))
        input = result;
  if (body.graph && random.oneIn(2)) {
    auto &output = *body.graph->add_output();
    output.set_name(result);
  }
  *body.nodes->Add() = node;
  for (int i = body.nodes->size() - 1; i > at; --i)
    body.nodes->SwapElements(i, i - 1);
}

/// Its results are replaced by one of its operands.
void ModelMutator::removeNode(const Body &body) {
  if (body.nodes->empty())
    return;
  const int at = random.below(body.nodes->size());
  const onnx::NodeProto node = (*body.nodes)[at];
  const std::string stand = node.input().empty()
                                ? pickName(body)
                                : node.input(random.below(node.input_size()));
  body.nodes->DeleteSubrange(at, 1);
  for (auto &user : *body.nodes)
    for (std::string &input : *user.mutable_input())
      if (is_contained(node.output(), input))
        input = stand;
}

/// Elsewhere in its body, or to another one.
void ModelMutator::moveNode(const Body &body) {
  if (body.nodes->empty())
    return;
  const int at = random.below(body.nodes->size());
  if (random.oneIn(2)) {
    body.nodes->SwapElements(at, random.below(body.nodes->size()));
    return;
  }
  // A copy, as the body may be part of the node itself.
  const onnx::NodeProto node = (*body.nodes)[at];
  std::vector<Body> bodies = collectBodies();
  Body &target = random.pick(bodies);
  if (target.nodes->size() >= maxNodes || node.ByteSizeLong() >= 10000)
    return;
  *target.nodes->Add() = node;
  if (!random.oneIn(8))
    for (std::string &output :
         *(*target.nodes)[target.nodes->size() - 1].mutable_output())
      output = output.empty() ? "" : freshName();
}

static void addIntTensor(onnx::NodeProto &node, const char *name, int32_t type,
                         char value) {
  auto &attr = *node.add_attribute();
  attr.set_name(name);
  attr.set_type(onnx::AttributeProto::TENSOR);
  auto &tensor = *attr.mutable_t();
  tensor.set_data_type(type);
  tensor.set_raw_data(type == onnx::TensorProto::BOOL
                          ? std::string(1, value)
                          : std::string(1, value) + std::string(7, '\0'));
}

/// Puts a node into an If, a Loop or a Scan.
void ModelMutator::nestNode(const Body &body) {
  onnx::NodeProto *picked = pickNode(body);
  if (!picked || picked->output().empty() || body.nodes->size() >= maxNodes)
    return;
  const onnx::NodeProto inner = *picked;
  const std::string parameter = freshName();
  onnx::NodeProto outer, constant;
  constant.set_op_type("Constant");
  constant.add_output(parameter);
  auto addBody = [&](const char *name) -> onnx::GraphProto & {
    auto &attr = *outer.add_attribute();
    attr.set_name(name);
    attr.set_type(onnx::AttributeProto::GRAPH);
    attr.mutable_g()->set_name(freshName());
    return *attr.mutable_g();
  };
  auto fill = [&](onnx::GraphProto &graph) {
    *graph.add_node() = inner;
    for (std::string &output :
         *graph.mutable_node(graph.node_size() - 1)->mutable_output()) {
      if (output.empty())
        continue;
      output += "_";
      graph.add_output()->set_name(output);
    }
  };
  if (random.oneIn(2)) {
    outer.set_op_type("If");
    addIntTensor(constant, "value", onnx::TensorProto::BOOL, random.oneIn(2));
    outer.add_input(parameter);
    fill(addBody("then_branch"));
    fill(addBody("else_branch"));
  } else {
    outer.set_op_type("Loop");
    addIntTensor(constant, "value", onnx::TensorProto::INT64, random.below(5));
    outer.add_input(parameter);
    outer.add_input("");
    auto &graph = addBody("body");
    const std::string condition = freshName();
    for (auto [name, type] : {std::pair(freshName(), 7), {condition, 9}}) {
      auto &input = *graph.add_input();
      input.set_name(name);
      auto &tensor = *input.mutable_type()->mutable_tensor_type();
      tensor.set_elem_type(type);
      tensor.mutable_shape();
    }
    // Results are scan outputs.
    graph.add_output()->set_name(condition);
    fill(graph);
  }
  for (const std::string &output : inner.output())
    if (!output.empty())
      outer.add_output(output);
  *picked = outer;
  *body.nodes->Add() = constant;
  for (int i = body.nodes->size() - 1; i > 0; --i)
    body.nodes->SwapElements(i, i - 1);
}

/// Makes a node a function that is called in its place.
void ModelMutator::outlineNode(const Body &body) {
  onnx::NodeProto *node = pickNode(body);
  if (!node || model.functions_size() > 8)
    return;
  auto &function = *model.add_functions();
  function.set_domain(functionDomain.str());
  function.set_name(freshName());
  *function.mutable_opset_import() = model.opset_import();
  for (const std::string &input : node->input())
    if (!is_contained(function.input(), input))
      function.add_input(input);
  for (const std::string &output : node->output())
    function.add_output(output);
  *function.add_node() = *node;
  node->clear_attribute();
  node->set_op_type(function.name());
  node->set_domain(function.domain());
  *node->mutable_input() = function.input();
  if (none_of(model.opset_import(), [](const auto &set) {
        return set.domain() == functionDomain.str();
      })) {
    auto &set = *model.add_opset_import();
    set.set_domain(functionDomain.str());
    set.set_version(1);
  }
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

void ModelMutator::mutateOpsets() {
  if (model.opset_import().empty())
    return;
  auto &set = random.pick(*model.mutable_opset_import());
  set.set_version(random.oneIn(8) ? drawInt()
                                  : 1 + random.below(newestOnnxOpset));
}

/// Lets any node call any function, also from within itself.
void ModelMutator::mutateFunctions() {
  if (model.functions().empty())
    return;
  std::vector<Body> bodies = collectBodies();
  Body &body = random.pick(bodies);
  const auto &function = random.pick(model.functions());
  if (onnx::NodeProto *node = pickNode(body)) {
    node->set_domain(function.domain());
    node->set_op_type(function.name());
  }
}

void ModelMutator::mutateOutputs(const Body &body) {
  if (!body.graph)
    return;
  auto &outputs = *body.graph->mutable_output();
  switch (random.below(outputs.empty() ? 1 : 4)) {
  case 0:
    outputs.Add()->set_name(pickName(body));
    return;
  case 1:
    random.pick(outputs).set_name(pickName(body));
    return;
  case 2:
    if (auto &output = random.pick(outputs); output.has_type())
      mutateType(*output.mutable_type());
    return;
  default:
    outputs.DeleteSubrange(random.below(outputs.size()), 1);
  }
}

void ModelMutator::mutateOnce() {
  std::vector<Body> bodies = collectBodies();
  const Body &body = random.pick(bodies);
  switch (random.below(20)) {
  case 0:
  case 1:
  case 2:
  case 3:
    return mutateAttribute(body);
  case 4:
  case 5:
  case 6:
    return mutateConstant(body);
  case 7:
  case 8:
    return mutateInput(body);
  case 9:
  case 10:
    return mutateOperands(body);
  case 11:
    return random.oneIn(4) ? mutateResults(body) : mutateInput(body);
  case 12:
    return changeOperator(body);
  case 13:
    return insertNode(body);
  case 14:
    return body.nodes->size() > 1 ? removeNode(body) : nestNode(body);
  case 15:
    return moveNode(body);
  case 16:
    return nestNode(body);
  case 17:
    return random.oneIn(2) ? outlineNode(body) : mutateFunctions();
  case 18:
    return mutateOpsets();
  default:
    return mutateOutputs(body);
  }
}

void ModelMutator::mutate() {
  for (size_t i = 0, count = 1 + random.below(3); i != count; ++i)
    mutateOnce();
}

void ModelMutator::splice(const onnx::ModelProto &donor) {
  const onnx::GraphProto &from = donor.graph();
  onnx::GraphProto &to = *model.mutable_graph();
  if (from.node_size() + to.node_size() > maxNodes)
    return;
  const Body body = {to.mutable_node(), &to};
  // A name of the donor stands for itself or for a value of the model.
  StringMap<std::string> names;
  const std::string prefix = freshName() + "/";
  auto rename = [&](const std::string &name) -> std::string {
    return name.empty() ? ""
                        : names.try_emplace(name, prefix + name).first->second;
  };
  for (const auto &input : from.input())
    if (random.oneIn(2))
      names[input.name()] = pickName(body);
    else
      (*to.add_input() = input).set_name(rename(input.name()));
  for (const auto &tensor : from.initializer())
    (*to.add_initializer() = tensor).set_name(rename(tensor.name()));
  for (onnx::NodeProto node : from.node()) {
    for (std::string &input : *node.mutable_input())
      input = rename(input);
    for (std::string &output : *node.mutable_output())
      output = rename(output);
    *to.add_node() = std::move(node);
  }
  for (const auto &output : from.output())
    (*to.add_output() = output).set_name(rename(output.name()));
}
