//===- RandomGraph.h - Random graphs on x86-64 -------------------*- C++
//-*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Builds small graphs from a seed and checks that, compiled by the default
/// pipeline for this processor and for older ones, they compute with one thread
/// and with several what the interpreter does.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TARGET_X86_RANDOMGRAPH_H
#define ONNC_UNITTESTS_TARGET_X86_RANDOMGRAPH_H

#include "onnc/IR/Builder.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Target/TargetRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>
#include <random>

namespace onnc {

class X86Graph {
public:
  using Shape = llvm::SmallVector<int64_t, 6>;

  explicit X86Graph(unsigned seed);

  // Random choices.
  /// In [low, high].
  int64_t pick(int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  }
  bool flip() { return pick(0, 1); }
  template <typename T> T oneOf(std::initializer_list<T> list) {
    return list.begin()[pick(0, list.size() - 1)];
  }
  Shape shape(unsigned rank, int64_t high);

  // Values.
  Value *input(llvm::ArrayRef<int64_t> shape, float low = -2, float high = 2);
  Value *weights(llvm::ArrayRef<int64_t> shape, float low = -2, float high = 2);
  Value *ints(llvm::ArrayRef<int64_t> values) {
    return builder.constantInts(values);
  }
  /// Its first result.
  Value *make(llvm::StringRef op, llvm::ArrayRef<Value *> operands,
              llvm::ArrayRef<NamedAttr> attrs = {});
  static Shape shapeOf(Value *value) {
    return *value->getTensorType().getStaticShape();
  }

  /// Completes the graph, compiles it, runs it, and fails the test where a
  /// result is further from the interpreter's than \p tolerance.
  void check(llvm::ArrayRef<Value *> outputs,
             Tolerance tolerance = {1e-5, 1e-5, 1e-5});
  /// Completes the graph and compiles it; returns what it is refused for.
  std::string getRefusal(llvm::ArrayRef<Value *> outputs);

private:
  void finish(llvm::ArrayRef<Value *> outputs);
  std::vector<float> numbers(int64_t count, float low, float high);
  /// Null, with the errors in \c diagnostics.
  std::unique_ptr<Program> compile(llvm::StringRef processor, OptLevel level,
                                   unsigned threads);

  std::minstd_rand random;
  Context context;
  std::string diagnostics;
  TargetRegistry targets;
  Module module{context, "random"};
  Graph &graph;
  Builder builder{context};
  std::vector<RuntimeValue> inputs;
};

} // namespace onnc

#endif // ONNC_UNITTESTS_TARGET_X86_RANDOMGRAPH_H
