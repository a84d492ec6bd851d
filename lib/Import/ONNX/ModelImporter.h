//===- ModelImporter.h - The state of one import -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Walks the messages of a model and builds the module. ModelImporter.cpp does
/// the model and its main graph, NodeImporter.cpp nodes, AttributeImporter.cpp
/// attributes and constants, BodyImporter.cpp bodies, FunctionInliner.cpp calls
/// of model-local functions.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_MODELIMPORTER_H
#define ONNC_LIB_IMPORT_ONNX_MODELIMPORTER_H

#include "TensorReader.h"
#include "TypeReader.h"
#include "Unsupported.h"
#include "onnc/Import/ONNX/Import.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace onnc::onnx_import {

class NodeForm;

/// What a name stands for.
struct Binding {
  /// Null: an optional input of a function that its caller leaves out, or, if
  /// poisoned, the result of an unsupported node. Nodes that use such a result
  /// are skipped, so that one import reports all unsupported ones.
  Value *value = nullptr;
  bool poisoned = false;
};

/// Where a list of nodes is imported.
struct Scope {
  llvm::StringMap<Binding> names;
  /// Who defined the name, for messages.
  llvm::StringMap<std::string> definers;
  llvm::StringMap<const onnx::ValueInfoProto *> declared;
  /// The names that nodes and outputs of the graph use.
  llvm::SetVector<llvm::StringRef> used;
  /// Version by domain ("" is ai.onnx).
  const std::map<std::string, int64_t> *opsets = nullptr;
  /// In a function: its attributes as the caller gave them.
  const llvm::StringMap<const onnx::AttributeProto *> *attributes = nullptr;
  /// What names of values and nodes begin with: "caller/" in a function.
  std::string prefix;
  /// The functions being inlined, outermost first.
  llvm::SmallVector<const onnx::FunctionProto *, 2> calls;
  /// Bodies and functions around it.
  unsigned depth = 0;

  /// A scope for a body in this one.
  Scope makeNested() const;
};

class ModelImporter {
public:
  ModelImporter(Context &context, BlobRef file, llvm::StringRef path,
                const ImportOptions &options);
  std::unique_ptr<Module> run();

private:
  using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
  using OpsetIds = google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>;
  using Opsets = std::map<std::string, int64_t>;

  // ModelImporter.cpp
  LogicalResult importModel();
  LogicalResult importMain(Graph &graph);
  LogicalResult readFunctions();
  void readModuleAttributes();
  llvm::Expected<Opsets> readOpsets(const OpsetIds &ids);
  LogicalResult fixShapes(const onnx::GraphProto &proto);
  LogicalResult importInput(const onnx::ValueInfoProto &input, Graph &graph,
                            Scope &scope);
  LogicalResult importOutputs(const onnx::GraphProto &proto, Scope &scope,
                              llvm::SmallVectorImpl<Value *> &values,
                              bool &poisoned);

  // NodeImporter.cpp
  /// Binds \p name; an error if it is taken.
  LogicalResult define(Scope &scope, const std::string &name, Binding binding,
                       const llvm::Twine &definer);
  LogicalResult importNodes(const Nodes &nodes, Scope &scope, Builder &builder);
  LogicalResult importNode(const Nodes &nodes, int index, Scope &scope,
                           Builder &builder);
  /// What the inputs of node \p index stand for. \p poisoned: whether one of
  /// them, or of what its bodies capture, is.
  LogicalResult
  resolveInputs(const Nodes &nodes, int index, const Scope &scope,
                const llvm::StringMap<const onnx::GraphProto *> &bodies,
                llvm::SmallVectorImpl<Binding> &bindings, bool &poisoned);
  LogicalResult importOperator(const onnx::NodeProto &node, const OpInfo &info,
                               int64_t version, llvm::ArrayRef<Value *> inputs,
                               llvm::ArrayRef<const onnx::GraphProto *> bodies,
                               llvm::SmallVector<NamedAttr, 4> attributes,
                               Scope &scope, Builder &builder);
  /// Captured values follow the operands.
  LogicalResult addCaptures(NodeForm &form, const OpInfo &info,
                            llvm::ArrayRef<llvm::StringRef> captures,
                            const Scope &scope);
  /// Types and names of the results of \p op, which \p node became.
  LogicalResult importResults(const onnx::NodeProto &node, Operation *op,
                              NodeForm &form, Scope &scope);
  LogicalResult importForeign(const onnx::NodeProto &node, int64_t version,
                              const ForeignImporter &importer,
                              llvm::ArrayRef<Value *> inputs,
                              llvm::ArrayRef<NamedAttr> attributes,
                              Scope &scope, Builder &builder);
  /// Gives \p value, the result \p name, the type that both its inference
  /// (\p inferred, may be null) and its declaration allow.
  LogicalResult setType(Value *value, Type inferred, const std::string &name,
                        llvm::StringRef opName, const Scope &scope,
                        const DiagLocation &loc);
  /// Names and binds \p values, a value for each output of \p node.
  LogicalResult bindOutputs(const onnx::NodeProto &node,
                            llvm::ArrayRef<Value *> values, Scope &scope,
                            const DiagLocation &loc);
  /// Binds the outputs of \p node as poisoned.
  LogicalResult poison(const onnx::NodeProto &node, Scope &scope,
                       const DiagLocation &loc);
  /// Notes that \p node isn't supported, and that its results are poisoned.
  LogicalResult rejectNode(const onnx::NodeProto &node,
                           const llvm::Twine &reason, Scope &scope,
                           const DiagLocation &loc);
  /// Notes the unsupported operators of bodies that won't be built.
  void scanBody(const onnx::GraphProto &proto, const Scope &scope);
  /// Why \p node can't be imported by its type alone; empty if it can.
  std::string whyUnknown(const onnx::NodeProto &node, const Scope &scope);

  // AttributeImporter.cpp
  LogicalResult
  readAttributes(const onnx::NodeProto &node, const Scope &scope,
                 const DiagLocation &loc,
                 llvm::SmallVectorImpl<NamedAttr> &attributes,
                 llvm::StringMap<const onnx::GraphProto *> &bodies);
  llvm::Expected<Attribute> readAttribute(const onnx::AttributeProto &attr);
  LogicalResult importConstants(const onnx::GraphProto &proto, Scope &scope,
                                Builder &builder);
  LogicalResult importConstant(const onnx::NodeProto &node,
                               llvm::ArrayRef<NamedAttr> attributes,
                               Scope &scope, Builder &builder);

  // BodyImporter.cpp
  LogicalResult importBody(Operation *op, unsigned index,
                           const onnx::GraphProto &proto,
                           llvm::ArrayRef<llvm::StringRef> captures,
                           const Scope &outer);
  /// A body that hands its first argument out, for one that the node lacks.
  LogicalResult createIdentityBody(Operation *op, unsigned index,
                                   llvm::ArrayRef<llvm::StringRef> captures,
                                   const Scope &outer);

  // BatchedScan.cpp
  LogicalResult importBatchedScan(const onnx::NodeProto &node,
                                  const OpInfo &info,
                                  llvm::ArrayRef<Value *> inputs,
                                  const onnx::GraphProto &body,
                                  llvm::ArrayRef<NamedAttr> attributes,
                                  Scope &scope, Builder &builder);

  // FunctionInliner.cpp
  const onnx::FunctionProto *findFunction(const onnx::NodeProto &node) const;
  /// Fails where a scope in \p scope would be too deep.
  LogicalResult checkDepth(const Scope &scope, const DiagLocation &loc);
  LogicalResult inlineFunction(const onnx::FunctionProto &function,
                               const onnx::NodeProto &node,
                               llvm::ArrayRef<Binding> inputs, Scope &scope,
                               Builder &builder, const DiagLocation &loc);

  Location getLocation(const onnx::NodeProto &node, int index,
                       const Scope &scope);
  InFlightDiagnostic error(DiagID id, const DiagLocation &loc) {
    return context.getDiagnostics().error(id, loc);
  }
  DiagLocation fileLoc() const { return {.file = path}; }

  Context &context;
  BlobRef file;
  std::string path;
  const ImportOptions &options;
  onnx::ModelProto model;
  std::unique_ptr<Module> module;
  TensorReader tensors;
  TypeReader types;
  UnsupportedOps unsupportedOps;
  std::map<std::string, int64_t> modelOpsets;
  /// By getFunctionKey.
  llvm::StringMap<const onnx::FunctionProto *> functions;
  /// Nodes that inlining made: functions can call each other so often that the
  /// result fits nowhere.
  unsigned numInlined = 0;
  static constexpr unsigned maxInlined = 1u << 18;
  /// Of bodies and functions in each other, all of which are on the stack.
  static constexpr unsigned maxDepth = 128;
};

/// ai.onnx is the default domain's other name.
inline std::string normalizeDomain(llvm::StringRef domain) {
  return domain == "ai.onnx" ? std::string() : domain.str();
}
/// "'Conv'", or "'domain.Op'".
std::string describeOp(llvm::StringRef domain, llvm::StringRef opType);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_MODELIMPORTER_H
