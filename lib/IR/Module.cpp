//===- Module.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Module.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;

static constexpr const char *propertyNames[numProperties] = {
    "imported", "partitioned", "selected", "tiled", "scheduled", "allocated"};

StringRef onnc::getName(Property property) {
  return propertyNames[static_cast<unsigned>(property)];
}

std::optional<Property> onnc::parseProperty(StringRef name) {
  for (unsigned i = 0; i < numProperties; ++i)
    if (name == propertyNames[i])
      return static_cast<Property>(i);
  return std::nullopt;
}

Graph::Graph(Module &module, StringRef name)
    : module(module), name(name), body(this) {}

unsigned Graph::getNumOutputs() const {
  Operation *end = body.getTerminator();
  return end ? end->getNumOperands() : 0;
}

Value *Graph::getOutput(unsigned i) const {
  return body.getTerminator()->getOperand(i);
}

Module::Module(Context &context, StringRef name)
    : context(context), name(name) {}

Module::~Module() = default;

Attribute Module::getAttr(StringRef name) const {
  auto it = attrs.find(name.str());
  return it == attrs.end() ? Attribute() : it->second;
}

void Module::setAttr(StringRef name, Attribute value) {
  if (value)
    attrs[name.str()] = std::move(value);
  else
    attrs.erase(name.str());
}

Graph &Module::addGraph(StringRef name) {
  assert(!lookup(name) && "the graph's name is taken");
  return *graphs.emplace_back(std::make_unique<Graph>(*this, name));
}

Graph *Module::lookup(StringRef name) const {
  for (auto &graph : graphs)
    if (graph->getName() == name)
      return graph.get();
  return nullptr;
}

void Module::eraseGraph(Graph &graph) {
  erase_if(graphs, [&](auto &g) { return g.get() == &graph; });
}

static void copyGraphs(const Module &from, Module &to) {
  for (auto &graph : from.getGraphs()) {
    Graph &copy = to.addGraph(graph->getName());
    copy.setOutputNames(graph->getOutputNames());
    ValueMap map;
    graph->getBody().cloneInto(copy.getBody(), map);
  }
}

std::unique_ptr<Module> Module::clone() const {
  auto copy = std::make_unique<Module>(context, name);
  copy->properties = properties;
  copy->attrs = attrs;
  copy->symbols = symbols;
  copyGraphs(*this, *copy);
  return copy;
}

void Module::takeContents(Module &other) {
  assert(&context == &other.context && "modules of different contexts");
  name = std::move(other.name);
  properties = other.properties;
  attrs = std::move(other.attrs);
  symbols = std::move(other.symbols);
  // Graphs know their module, so they are copied rather than moved.
  graphs.clear();
  copyGraphs(other, *this);
  other.attrs.clear();
  other.symbols.clear();
  other.graphs.clear();
  other.properties = {};
}

void Module::walk(function_ref<void(Operation *)> fn) {
  for (auto &graph : graphs)
    graph->getBody().walk(fn);
}

void Module::print(raw_ostream &os) const { printModule(*this, os); }
void Module::dump() const { print(errs()); }
