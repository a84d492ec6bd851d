//===- Capture.h - What a body uses from outside -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Names that the nodes of an ONNX graph use without defining them, and the
/// reason why a list of nodes isn't in topological order.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_IMPORT_ONNX_CAPTURE_H
#define ONNC_LIB_IMPORT_ONNX_CAPTURE_H

#include "llvm/ADT/SetVector.h"
#include <onnx/onnx_pb.h>
#include <string>

namespace onnc::onnx_import {

/// Adds the names that \p graph, bodies of its nodes included, takes from
/// outside, in order of first use.
void collectCaptures(const onnx::GraphProto &graph,
                     llvm::SetVector<llvm::StringRef> &captures);

/// Adds the names that \p nodes, bodies included, use from the graph around
/// them.
void collectUses(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes,
    llvm::SetVector<llvm::StringRef> &uses);

/// The graphs among \p node's attributes.
llvm::SmallVector<const onnx::GraphProto *, 2>
getBodies(const onnx::NodeProto &node);

/// Why \p name, which node \p user needs, isn't defined before it: a cycle
/// (its nodes are named), a definition further on, or none.
std::string explainUndefined(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes, int user,
    llvm::StringRef name);

/// The node's name, or "#index (OpType)" where it has none.
std::string getNodeName(const onnx::NodeProto &node, int index);

} // namespace onnc::onnx_import

#endif // ONNC_LIB_IMPORT_ONNX_CAPTURE_H
