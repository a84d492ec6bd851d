//===- Module.h - Modules and graphs ----------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A module is one model on its way through the compiler: named graphs, the
/// ranges of its dimension symbols, attributes, and the properties that tell
/// how far it has come. The graph "main" is what a compiled model runs.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_MODULE_H
#define ONNC_IR_MODULE_H

#include "onnc/IR/Operation.h"
#include "onnc/IR/Region.h"
#include "llvm/ADT/StringMap.h"
#include <map>
#include <memory>
#include <vector>

namespace onnc {

/// How far a module has come; printed in its header. A pass declares which it
/// requires, sets and clears.
enum class Property : uint8_t {
  Imported,    ///< shapes inferred, one form per operator
  Partitioned, ///< every operation has a processing unit
  Selected,    ///< the target's operators only
  Tiled,       ///< every operation fits its unit's memories
  Scheduled,   ///< the order of operations is the order of execution
  Allocated,   ///< every buffer has a place
};
constexpr unsigned numProperties = 6;

llvm::StringRef getName(Property property);
std::optional<Property> parseProperty(llvm::StringRef name);

class PropertySet {
public:
  PropertySet() = default;
  PropertySet(std::initializer_list<Property> list) {
    for (Property p : list)
      set(p);
  }
  bool has(Property p) const { return bits >> static_cast<unsigned>(p) & 1; }
  void set(Property p) { bits |= 1u << static_cast<unsigned>(p); }
  void clear(Property p) { bits &= ~(1u << static_cast<unsigned>(p)); }
  bool empty() const { return bits == 0; }
  bool operator==(const PropertySet &) const = default;

private:
  uint32_t bits = 0;
};

/// A named body: inputs are the region's arguments, outputs the operands of
/// its terminator. Names of inputs are the arguments' value names.
class Graph {
public:
  Graph(Module &module, llvm::StringRef name);
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;

  llvm::StringRef getName() const { return name; }
  Module &getModule() const { return module; }
  Region &getBody() { return body; }
  const Region &getBody() const { return body; }

  unsigned getNumInputs() const { return body.getNumArguments(); }
  Value *getInput(unsigned i) const { return body.getArgument(i); }
  unsigned getNumOutputs() const;
  Value *getOutput(unsigned i) const;
  /// The outputs' names, one for each operand of the terminator; a name is
  /// needed as an output may be any value, even an input, and may stand twice.
  const std::vector<std::string> &getOutputNames() const { return outputNames; }
  void setOutputNames(std::vector<std::string> names) {
    outputNames = std::move(names);
  }

private:
  Module &module;
  std::string name;
  Region body;
  std::vector<std::string> outputNames;
};

class Module {
public:
  explicit Module(Context &context, llvm::StringRef name = "module");
  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;
  ~Module();

  Context &getContext() const { return context; }
  llvm::StringRef getName() const { return name; }
  void setName(llvm::StringRef n) { name = n.str(); }

  PropertySet getProperties() const { return properties; }
  void setProperties(PropertySet p) { properties = p; }
  bool has(Property p) const { return properties.has(p); }

  /// Module-wide facts (quadruple, memory plan, …), by name.
  const std::map<std::string, Attribute> &getAttrs() const { return attrs; }
  Attribute getAttr(llvm::StringRef name) const;
  void setAttr(llvm::StringRef name, Attribute value);

  SymbolRanges &getSymbolRanges() { return symbols; }
  const SymbolRanges &getSymbolRanges() const { return symbols; }

  /// Graphs in order of creation.
  llvm::ArrayRef<std::unique_ptr<Graph>> getGraphs() const { return graphs; }
  /// \p name must not be taken.
  Graph &addGraph(llvm::StringRef name);
  Graph *lookup(llvm::StringRef name) const;
  /// The graph "main", or null.
  Graph *getMain() const { return lookup("main"); }
  void eraseGraph(Graph &graph);

  /// A deep copy that shares the constants.
  std::unique_ptr<Module> clone() const;
  /// Takes over all contents of \p other (of the same context), which is left
  /// empty; what stood here is destroyed.
  void takeContents(Module &other);

  void walk(llvm::function_ref<void(Operation *)> fn);
  void print(llvm::raw_ostream &os) const;
  void dump() const;

private:
  Context &context;
  std::string name;
  PropertySet properties;
  std::map<std::string, Attribute> attrs;
  SymbolRanges symbols;
  std::vector<std::unique_ptr<Graph>> graphs;
};

} // namespace onnc

#endif // ONNC_IR_MODULE_H
