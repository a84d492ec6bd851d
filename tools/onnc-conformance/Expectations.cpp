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

StringRef onnc::getTargetSkip(StringRef quadruple, StringRef name) {
  struct Skip {
    StringRef target, test, reason;
  };
  static constexpr Skip skips[] = {
      {"", "", ""}, // There may be none.
#define SKIP_ON_TARGET(TARGET, TEST, REASON) {TARGET, TEST, REASON},
#include "Skips.def"
  };
  for (const Skip &skip : ArrayRef(skips).drop_front())
    if (quadruple.starts_with(skip.target) && name == skip.test)
      return skip.reason;
  return {};
}

Tolerance onnc::join(const Tolerance &a, const Tolerance &b) {
  return {std::max(a.absolute, b.absolute), std::max(a.relative, b.relative),
          std::max(a.ofLargest, b.ofLargest), a.integers || b.integers};
}

Tolerance onnc::getTolerance(const StringSet<> &operators) {
  Tolerance result{1e-7, 1e-3};
  auto widen = [&](StringRef name, double absolute, double relative,
                   double ofLargest) {
    if (operators.contains(name))
      result = join(result, {absolute, relative, ofLargest});
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
