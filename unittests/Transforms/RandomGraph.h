//===- RandomGraph.h - Networks of random operators -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TRANSFORMS_RANDOMGRAPH_H
#define ONNC_UNITTESTS_TRANSFORMS_RANDOMGRAPH_H

#include "onnc/IR/Module.h"
#include "onnc/Interp/RuntimeValue.h"

namespace onnc {

/// A network, and inputs for it.
struct RandomGraph {
  std::unique_ptr<Module> module;
  llvm::SmallVector<RuntimeValue, 4> inputs;
};

/// A network of \p numOperations operators that the passes look for, in random
/// combinations that are valid, on small tensors of f32. \p seed determines it.
RandomGraph makeRandomGraph(Context &context, unsigned seed,
                            unsigned numOperations);

} // namespace onnc

#endif // ONNC_UNITTESTS_TRANSFORMS_RANDOMGRAPH_H
