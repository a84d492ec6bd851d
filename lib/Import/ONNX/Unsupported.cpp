//===- Unsupported.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Unsupported.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

void UnsupportedOps::add(StringRef op, StringRef reason, StringRef node) {
  groups[{op.str(), reason.str()}].push_back(node.str());
}

void UnsupportedOps::report(DiagnosticEngine &engine, StringRef file) const {
  constexpr size_t shown = 4;
  size_t numNodes = 0;
  for (const auto &[key, nodes] : groups)
    numNodes += nodes.size();
  auto diag = engine.error(DiagID::ImportUnsupportedOp, {.file = file.str()});
  diag << numNodes << (numNodes == 1 ? " node" : " nodes")
       << " can't be imported";
  for (const auto &[key, nodes] : groups) {
    std::string text;
    raw_string_ostream os(text);
    os << key.first << ": " << key.second << " (" << nodes.size()
       << (nodes.size() == 1 ? " node: " : " nodes: ");
    for (size_t i = 0; i < std::min(nodes.size(), shown); ++i)
      os << (i ? ", " : "") << nodes[i];
    os << (nodes.size() > shown ? ", …)" : ")");
    diag.attachNote(text, {.file = file.str()});
  }
}
