//===- ModelGenerator.h - Random models that are valid ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Composes operators at random under the constraints of their shapes and types
/// (the idea of NNSmith, ASPLOS 2023). Instead of solving constraints, each
/// operator's maker picks attributes and operands that fit, and the operation
/// is executed by the interpreter as soon as it stands: what isn't finite or
/// grows out of proportion is taken back, and an operator that isn't continuous
/// (Floor, ArgMax, a comparison) gets only operands that a target computes
/// exactly. So results can be compared between machines of different precision.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_MODELGENERATOR_H
#define ONNC_TESTING_MODELGENERATOR_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"
#include <functional>
#include <string>
#include <vector>

namespace onnc::smith {

struct GeneratorOptions {
  /// Determines the model, together with all that follows.
  uint64_t seed = 0;
  /// Operators that are wanted; a maker may add more than one operation for
  /// one (a quantized group, a clamp in front of Log).
  unsigned numOperators = 8;
  /// Names of makers (getMakerNames()); empty: all.
  std::vector<std::string> makers;
  /// Element types of inputs and of what Cast converts to; must not be empty.
  std::vector<ElementType> types = {ElementType::F32};
  /// No value has more elements.
  int64_t maxElements = 2048;
  /// Says no to operations that shall not be in the model; null: all may.
  std::function<bool(const Operation &)> accepts;
};

/// A module "smith<seed>" whose graph "main" has at least one input and one
/// output, all of static shape, and is verified. An error where an operation
/// was refused by type inference or by the interpreter: makers make none that
/// is invalid, so that is a bug of one of the three.
llvm::Expected<std::unique_ptr<Module>>
generateModel(Context &context, const GeneratorOptions &options);

/// What GeneratorOptions::makers may name, sorted: mostly operators ("Conv"),
/// else families of them ("Unary", "QDQConv").
std::vector<llvm::StringRef> getMakerNames();

/// Whether there are inputs of \p type, so that GeneratorOptions::types may
/// name it.
bool isGenerated(ElementType type);

/// Inputs for the graph "main" of \p module: small multiples of 1/8, small
/// integers. Each depends on no more than its name and type and the module's
/// name, so a model that is reduced keeps the inputs that it still has. An
/// error where an input isn't a tensor of static shape and of numbers.
llvm::Expected<std::vector<RuntimeValue>> makeInputs(const Module &module);

} // namespace onnc::smith

#endif // ONNC_TESTING_MODELGENERATOR_H
