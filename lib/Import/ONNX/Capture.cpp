//===- Capture.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Capture.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace onnc::onnx_import;

SmallVector<const onnx::GraphProto *, 2>
onnc::onnx_import::getBodies(const onnx::NodeProto &node) {
  SmallVector<const onnx::GraphProto *, 2> out;
  for (const auto &attr : node.attribute()) {
    if (attr.has_g())
      out.push_back(&attr.g());
    for (const auto &graph : attr.graphs())
      out.push_back(&graph);
  }
  return out;
}

void onnc::onnx_import::collectCaptures(const onnx::GraphProto &graph,
                                        SetVector<StringRef> &captures) {
  StringSet<> local;
  for (const auto &input : graph.input())
    local.insert(input.name());
  for (const auto &tensor : graph.initializer())
    local.insert(tensor.name());
  for (const auto &tensor : graph.sparse_initializer())
    local.insert(tensor.values().name());
  for (const auto &node : graph.node())
    for (const auto &output : node.output())
      local.insert(output);

  SetVector<StringRef> uses;
  collectUses(graph.node(), uses);
  for (const auto &output : graph.output())
    uses.insert(output.name());
  for (StringRef name : uses)
    if (!name.empty() && !local.contains(name))
      captures.insert(name);
}

void onnc::onnx_import::collectUses(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes,
    SetVector<StringRef> &uses) {
  for (const auto &node : nodes) {
    for (const auto &input : node.input())
      uses.insert(input);
    for (const onnx::GraphProto *body : getBodies(node)) {
      SetVector<StringRef> nested;
      collectCaptures(*body, nested);
      uses.insert(nested.begin(), nested.end());
    }
  }
}

std::string onnc::onnx_import::getNodeName(const onnx::NodeProto &node,
                                           int index) {
  if (!node.name().empty())
    return node.name();
  return "#" + std::to_string(index) + " (" + node.op_type() + ")";
}

std::string onnc::onnx_import::explainUndefined(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes, int user,
    StringRef name) {
  StringMap<int> definers;
  for (int i = user; i < nodes.size(); ++i)
    for (const auto &output : nodes[i].output())
      definers.try_emplace(output, i);
  auto found = definers.find(name);
  if (found == definers.end())
    return "'" + name.str() + "' is not defined";

  // Depth first from the definer along what it needs; a path back to the user
  // is a cycle.
  std::vector<int> cameFrom(nodes.size(), -1);
  std::vector<int> stack = {found->second};
  cameFrom[found->second] = found->second;
  while (!stack.empty()) {
    int at = stack.back();
    stack.pop_back();
    if (at == user) {
      std::string path = getNodeName(nodes[user], user);
      while (cameFrom[at] != at) {
        at = cameFrom[at];
        path += " -> " + getNodeName(nodes[at], at);
      }
      return "the graph has a cycle: " + path + " -> " +
             getNodeName(nodes[user], user);
    }
    auto visit = [&](StringRef input) {
      auto it = definers.find(input);
      if (it != definers.end() && cameFrom[it->second] < 0) {
        cameFrom[it->second] = at;
        stack.push_back(it->second);
      }
    };
    for (const auto &input : nodes[at].input())
      visit(input);
    for (const onnx::GraphProto *body : getBodies(nodes[at])) {
      SetVector<StringRef> captures;
      collectCaptures(*body, captures);
      for_each(captures, visit);
    }
  }
  return "'" + name.str() + "' is used before node " +
         getNodeName(nodes[found->second], found->second) +
         " defines it; nodes must be in topological order";
}
