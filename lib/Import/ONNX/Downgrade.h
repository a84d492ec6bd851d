//===- Downgrade.h - Newest forms of operators to older ones ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The way back of Upgrade/: how the exporter writes an older operator set. A
/// step undoes one of an upgrade's, where what the node does can be said in the
/// older form at all; mostly an operand that is a constant becomes an
/// attribute. Attributes that came later are dropped where they say nothing, or
/// are a reason to refuse. Element types that came later stay.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_DOWNGRADE_H
#define ONNC_LIB_IMPORT_ONNX_DOWNGRADE_H

#include "onnc/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>

namespace onnc::onnx_import {

/// A node on its way back.
struct OldNode {
  const Operation &op;
  /// Of \c op in its newest form, to begin with.
  onnx::NodeProto &proto;
  /// Adds an initializer to the node's graph and returns its name, which starts
  /// with the given one.
  llvm::function_ref<std::string(ConstantAttr, llvm::StringRef)> addConstant;

  /// The constant that operand \p i is; null where it isn't one.
  ConstantAttr getConstant(unsigned i) const;
  /// Is there an operand \p i?
  bool hasInput(unsigned i) const;
  TensorType getType(unsigned i) const;
  /// Drops the inputs from \p i on.
  void dropInputs(unsigned i);

  bool hasAttr(llvm::StringRef name) const;
  void removeAttr(llvm::StringRef name);
  void setInt(llvm::StringRef name, int64_t value);
  void setFloat(llvm::StringRef name, float value);
  void setString(llvm::StringRef name, llvm::StringRef value);
  void setInts(llvm::StringRef name, llvm::ArrayRef<int64_t> values);
  void setFloats(llvm::StringRef name, llvm::ArrayRef<float> values);

private:
  onnx::AttributeProto &addAttr(llvm::StringRef name);
};

/// Brings \p node from the newest form to that of operator set \p opset of
/// ai.onnx, at least 5; other domains stay. An error says why there is no such
/// form.
llvm::Error downgradeNode(OldNode &node, int64_t opset);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_DOWNGRADE_H
