//===- InterpProgram.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/InterpProgram.h"

using namespace llvm;
using namespace onnc;

namespace {
class InterpProgram : public Program {
public:
  InterpProgram(Graph &graph, const RunOptions &options)
      : graph(graph), options(options) {
    for (Value *input : graph.getBody().getArguments())
      inputs.push_back(describeValue(input->getName(), input->getType()));
    for (auto [i, name] : enumerate(graph.getOutputNames()))
      outputs.push_back(describeValue(name, graph.getOutput(i)->getType()));
  }

  ArrayRef<ProgramValueInfo> getInputs() const override { return inputs; }
  ArrayRef<ProgramValueInfo> getOutputs() const override { return outputs; }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override {
    Expected<RuntimeValues> results = onnc::run(graph, values, options);
    if (!results)
      return results.takeError();
    return std::vector<RuntimeValue>(results->begin(), results->end());
  }

private:
  Graph &graph;
  const RunOptions options;
  std::vector<ProgramValueInfo> inputs, outputs;
};
} // namespace

ProgramValueInfo onnc::describeValue(StringRef name, Type type) {
  ProgramValueInfo info;
  info.name = name.str();
  info.type = type.str();
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor)
    return info;
  info.elementType = tensor.getElementType();
  if (tensor.hasRank()) {
    info.shape.emplace();
    for (DimExpr dim : tensor.getShape())
      info.shape->push_back(dim.getConstant().value_or(-1));
  }
  return info;
}

std::unique_ptr<Program> onnc::createInterpProgram(Module &module,
                                                   const RunOptions &options) {
  return std::make_unique<InterpProgram>(*module.getMain(), options);
}
