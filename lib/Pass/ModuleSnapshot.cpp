//===- ModuleSnapshot.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleSnapshot.h"
#include "onnc/IR/AsmPrinter.h"

using namespace llvm;
using namespace onnc;

ModuleSnapshot::ModuleSnapshot(Module &module) {
  raw_string_ostream os(text);
  PrintOptions options;
  options.elide = true;
  printModule(module, os, options);
  module.walk([&](Operation *op) {
    for (const NamedAttr &attr : op->getAttrs())
      if (auto constant = dyn_cast<ConstantAttr>(attr.value))
        constants.push_back(constant);
  });
}

bool ModuleSnapshot::operator==(const ModuleSnapshot &other) const {
  auto same = [](const ConstantAttr &a, const ConstantAttr &b) {
    return a.getImpl() == b.getImpl() || a == b;
  };
  return text == other.text &&
         std::equal(constants.begin(), constants.end(), other.constants.begin(),
                    other.constants.end(), same);
}
