//===- ModelInputs.h - Inputs for any model ---------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_FUZZ_MODELINPUTS_H
#define ONNC_FUZZ_MODELINPUTS_H

#include "Random.h"
#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"
#include "llvm/ADT/StringMap.h"
#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace onnc::fuzz {

/// Makes values for the inputs of a graph out of their default values:
/// initializers of the same names, whose elements are converted and repeated
/// where the input's type isn't theirs, or drawn where there is none.
class InputMaker {
public:
  /// Takes the default values of \p model's inputs out of it.
  InputMaker(Context &context, onnx::ModelProto &model, uint64_t seed);

  /// One value for each input; nullopt where one would be too large, or is of a
  /// kind that has no values here (maps).
  std::optional<std::vector<RuntimeValue>> make(const Graph &graph);

private:
  RuntimeValue makeValue(Type type, ConstantAttr given);
  RuntimeValue makeTensor(TensorType type, ConstantAttr given);
  std::optional<Shape> makeShape(TensorType type, ConstantAttr given);

  Random random;
  llvm::StringMap<ConstantAttr> defaults;
  llvm::StringMap<int64_t> symbols;
};

} // namespace onnc::fuzz

#endif // ONNC_FUZZ_MODELINPUTS_H
