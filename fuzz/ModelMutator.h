//===- ModelMutator.h - Structural mutants of models ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Flipped bytes of a protobuf are hardly ever a model. This changes parsed
/// ones: attributes, operands, types, constants, operators and their versions,
/// bodies and functions. Most of what results is wrong in one place and gets
/// far elsewhere.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_FUZZ_MODELMUTATOR_H
#define ONNC_FUZZ_MODELMUTATOR_H

#include "Random.h"
#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace onnc::fuzz {

class ModelMutator {
public:
  ModelMutator(onnx::ModelProto &model, uint64_t seed)
      : model(model), random(seed) {}

  /// Changes the model in a few places.
  void mutate();
  /// Adds the nodes of \p donor, which then use values of the model.
  void splice(const onnx::ModelProto &donor);

private:
  using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

  /// Where nodes stand: a graph, or a function (which has no types).
  struct Body {
    Nodes *nodes;
    onnx::GraphProto *graph;
  };

  // What there is. Changes invalidate it.
  std::vector<Body> collectBodies();
  void collectBodies(Nodes &nodes, onnx::GraphProto *graph, unsigned depth,
                     std::vector<Body> &bodies);
  static std::vector<std::string> collectNames(const Body &body);
  /// A name that a node of \p body may use, or sometimes must not.
  std::string pickName(const Body &body);
  onnx::NodeProto *pickNode(const Body &body);
  std::string freshName();

  // ModelMutator.cpp
  void mutateOnce();
  void mutateOperands(const Body &body);
  void mutateResults(const Body &body);
  void changeOperator(const Body &body);
  void insertNode(const Body &body);
  void removeNode(const Body &body);
  void moveNode(const Body &body);
  void nestNode(const Body &body);
  void outlineNode(const Body &body);
  void mutateOpsets();
  void mutateFunctions();
  void mutateOutputs(const Body &body);

  // ValueMutator.cpp
  int64_t drawInt();
  float drawFloat();
  std::string drawString();
  int32_t drawElementType();
  void mutateAttribute(const Body &body);
  void drawAttribute(onnx::AttributeProto &attr);
  template <typename List, typename Draw>
  void mutateList(List &list, Draw draw);
  void mutateType(onnx::TypeProto &type);
  void mutateInput(const Body &body);
  void mutateTensor(onnx::TensorProto &tensor);
  void mutateElements(onnx::TensorProto &tensor);
  void mutateConstant(const Body &body);

  onnx::ModelProto &model;
  Random random;
};

} // namespace onnc::fuzz

#endif // ONNC_FUZZ_MODELMUTATOR_H
