//===- Expectations.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Expectations.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace onnc;

StringRef onnc::getOperatorSkip(StringRef name) {
  return StringSwitch<StringRef>(name)
#define SKIP_OPERATOR(NAME, REASON) .Case(NAME, REASON)
#include "Skips.def"
      .Default("");
}

Tolerance onnc::getTolerance(const StringSet<> &operators) {
  Tolerance result{1e-7, 1e-3};
  auto widen = [&](StringRef name, double absolute, double relative,
                   double ofLargest) {
    if (!operators.contains(name))
      return;
    result.absolute = std::max(result.absolute, absolute);
    result.relative = std::max(result.relative, relative);
    result.ofLargest = std::max(result.ofLargest, ofLargest);
  };
#define TOLERANCE(NAME, ABSOLUTE, RELATIVE, OF_LARGEST, REASON)                \
  widen(NAME, ABSOLUTE, RELATIVE, OF_LARGEST);
#include "Tolerances.def"
  return result;
}

bool onnc::isRandom(const StringSet<> &operators) {
  // Dropout isn't among them: its seed gives what it gives in NumPy.
  static constexpr StringRef names[] = {
      "onnx.Bernoulli",        "onnx.Multinomial",   "onnx.RandomNormal",
      "onnx.RandomNormalLike", "onnx.RandomUniform", "onnx.RandomUniformLike"};
  return any_of(names,
                [&](StringRef name) { return operators.contains(name); });
}
