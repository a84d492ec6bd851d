//===- Upgrade.h - Older forms of operators to the newest ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Every operator has a history: a version of the operator set in which it
/// appeared, and versions that changed it. Most changes only allow more (types,
/// negative axes, attributes whose default is the old meaning) and need
/// nothing. The others are steps in the tables of this directory, one file per
/// family; a node of an older operator set takes the steps newer than that set
/// in order. A step changes a node so that it means the same in the operator
/// set of the step.
///
/// History: ONNX's docs/Changelog.md. "Clip-6" is the form since version 6.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_UPGRADE_UPGRADE_H
#define ONNC_LIB_IMPORT_ONNX_UPGRADE_UPGRADE_H

#include "onnc/IR/Builder.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace onnc::onnx_import {

/// A node between the forms.
class NodeForm {
public:
  /// Operations that steps add are created with \p builder, before the node.
  /// \p name: what values that steps add are named after.
  NodeForm(Builder &builder, llvm::StringRef opType, llvm::StringRef name)
      : builder(builder), opType(opType), name(name) {}

  Builder &builder;
  std::string opType;
  std::string name;
  /// Null where an optional input is absent.
  llvm::SmallVector<Value *, 4> inputs;
  llvm::SmallVector<NamedAttr, 4> attributes;
  /// Whether each output is used.
  llvm::SmallVector<bool, 2> outputs;

  Value *getInput(unsigned i) const {
    return i < inputs.size() ? inputs[i] : nullptr;
  }
  /// Sets an input, which may lie past the end.
  void setInput(unsigned i, Value *value);
  bool usesOutput(unsigned i) const { return i < outputs.size() && outputs[i]; }
  /// The input as a tensor of known rank; null where it isn't one.
  TensorType getRankedInput(unsigned i) const;

  Attribute getAttr(llvm::StringRef attr) const;
  int64_t getInt(llvm::StringRef attr, int64_t fallback) const;
  llvm::StringRef getString(llvm::StringRef attr,
                            llvm::StringRef fallback) const;
  /// The integers of a list; nullopt where there is no such attribute.
  std::optional<llvm::SmallVector<int64_t, 6>>
  getInts(llvm::StringRef attr) const;
  void setAttr(llvm::StringRef attr, Attribute value);
  void removeAttr(llvm::StringRef attr);

  /// Adds a constant named after the node and \p suffix.
  Value *addConstant(ConstantAttr value, llvm::StringRef suffix);
  Value *addInts(llvm::ArrayRef<int64_t> values, llvm::StringRef suffix,
                 bool scalar = false);
  /// Adds an operation with one result. An error has been reported where its
  /// type can't be inferred.
  llvm::Expected<Value *> add(llvm::StringRef op,
                              llvm::ArrayRef<Value *> operands,
                              llvm::ArrayRef<NamedAttr> attrs,
                              llvm::StringRef suffix);

  /// What the first output becomes after the node is built.
  using Finish = std::function<llvm::Expected<Value *>(Value *)>;
  Finish finish;
};

/// An error's message is the reason why the node can't be upgraded.
using UpgradeFn = llvm::Error (*)(NodeForm &node);

struct UpgradeStep {
  llvm::StringLiteral opType;
  /// The operator set whose form the step produces.
  int version;
  /// Null where nothing can be made of older forms.
  UpgradeFn upgrade;
  /// Why, then.
  llvm::StringLiteral refusal = "";
};

/// An operator that continues under another name.
struct Renaming {
  llvm::StringLiteral oldName, newName;
  /// The last operator set with the old name.
  int last;
};
llvm::ArrayRef<Renaming> getRenamings();

llvm::ArrayRef<UpgradeStep> getLegacySteps();
llvm::ArrayRef<UpgradeStep> getElementwiseSteps();
llvm::ArrayRef<UpgradeStep> getNormalizationSteps();
llvm::ArrayRef<UpgradeStep> getSamplingSteps();
llvm::ArrayRef<UpgradeStep> getShapeSteps();
/// Those of ai.onnx.ml.
llvm::ArrayRef<UpgradeStep> getMlSteps();

/// The steps of \p opType of \p domain ("" is ai.onnx), by version.
llvm::SmallVector<const UpgradeStep *, 4> getSteps(llvm::StringRef domain,
                                                   llvm::StringRef opType);

/// Brings \p node from operator set \p opset of \p domain ("" is ai.onnx) to
/// the newest form. Nodes of other domains stay.
llvm::Error upgradeNode(NodeForm &node, llvm::StringRef domain, int64_t opset);

/// The operator that \p opType became, if it was renamed; else \p opType.
llvm::StringRef getNewestName(llvm::StringRef opType);

/// The operator set in which \p opType appeared, which is \p info's name or one
/// that it had earlier.
int getFirstVersion(llvm::StringRef opType, const OpInfo &info);

// For several families ------------------------------------------------------

/// The steps that turn the attribute \p attr into a constant input.
llvm::Error moveIntsToInput(NodeForm &node, llvm::StringRef attr,
                            unsigned input);
llvm::Error refuse(const llvm::Twine &reason);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_UPGRADE_UPGRADE_H
