//===- CompileAndRun.h - Random graphs on the MLU ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Builds small graphs from a seed and checks that, compiled for mlu100 by the
/// default pipeline in several ways, they compute on the simulator (with its
/// race checker) what the interpreter does.
///
/// Inputs and weights are multiples of 1/16 between -2 and 2: FP16 holds them,
/// and FP32 sums of their products are exact. So where the MLU rounds once, to
/// FP16 in the end, results are those of the interpreter, rounded.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TARGET_MLUCOMPILER_COMPILEANDRUN_H
#define ONNC_UNITTESTS_TARGET_MLUCOMPILER_COMPILEANDRUN_H

#include "onnc/IR/Builder.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Target/TargetRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>
#include <random>

namespace onnc {

/// Rounding to FP16 once: half a unit of the last of 11 bits, or of the
/// subnormals'; a little more, for the order of FP32 sums.
constexpr Tolerance roundedOnce = {0x1p-25, 0x1.01p-11};

/// Rounding \p times times to FP16 numbers that are at most as large as the
/// tensor's largest.
constexpr Tolerance rounded(int times) {
  return {0x1p-24 * times, 0x1.01p-11, 0x1p-11 * times};
}

class MLUGraph {
public:
  using Shape = llvm::SmallVector<int64_t, 6>;

  explicit MLUGraph(unsigned seed);

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
  /// Constants; bytes that an input gives.
  Value *integers(ElementType type, llvm::ArrayRef<int64_t> shape, int64_t low,
                  int64_t high);
  Value *byteInput(llvm::ArrayRef<int64_t> shape);
  Value *ints(llvm::ArrayRef<int64_t> values) {
    return builder.constantInts(values);
  }
  Context &getContext() { return context; }
  /// Its first result. Names without a dialect are ONNX's.
  Value *make(llvm::StringRef op, llvm::ArrayRef<Value *> operands,
              llvm::ArrayRef<NamedAttr> attrs = {});
  static Shape shapeOf(Value *value) {
    return *value->getTensorType().getStaticShape();
  }

  /// Completes the graph, compiles it without and with optimisation and for
  /// small scratchpads, runs all, and fails the test where a result is
  /// further from the interpreter's than \p tolerance.
  void check(llvm::ArrayRef<Value *> outputs, Tolerance tolerance);
  /// Completes the graph and compiles it; returns what it is refused for.
  std::string getRefusal(llvm::ArrayRef<Value *> outputs);

private:
  void finish(llvm::ArrayRef<Value *> outputs);
  std::vector<float> numbers(int64_t count, float low, float high);
  // Null, with the errors in \c diagnostics.
  std::unique_ptr<Program> load(llvm::StringRef bytes);
  std::unique_ptr<Program> compile(OptLevel level,
                                   std::vector<std::string> knobs);
  /// For three cores whose scratchpads hold some kilobytes.
  std::unique_ptr<Program> compileForSmallScratchpads();

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

#endif // ONNC_UNITTESTS_TARGET_MLUCOMPILER_COMPILEANDRUN_H
