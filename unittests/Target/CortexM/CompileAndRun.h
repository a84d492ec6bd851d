//===- CompileAndRun.h - Random graphs through the C compiler ---*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Graphs made of random operations, compiled to C, run, and compared with the
/// interpreter. The C is portable: it is built with the host's compiler, with
/// all warnings, and traps where behaviour is undefined. So that instructions
/// of the cores are tested too, some seeds run on an emulated board.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TARGET_CORTEXM_COMPILEANDRUN_H
#define ONNC_UNITTESTS_TARGET_CORTEXM_COMPILEANDRUN_H

#include "onnc/IR/Builder.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Target/TargetRegistry.h"
#include <random>

namespace onnc {

class CortexMGraph {
public:
  using Shape = llvm::SmallVector<int64_t, 6>;

  explicit CortexMGraph(unsigned seed);

  // Random choices.
  /// In [low, high].
  int64_t pick(int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  }
  bool flip() { return pick(0, 1); }
  template <typename T> T oneOf(std::initializer_list<T> list) {
    return list.begin()[pick(0, list.size() - 1)];
  }
  double real(double low, double high) {
    return low + (high - low) * double(random() >> 40) / double(1 << 24);
  }
  Shape shape(unsigned rank, int64_t high);

  // Values.
  Value *input(ElementType type, llvm::ArrayRef<int64_t> shape, double low,
               double high);
  Value *floats(llvm::ArrayRef<int64_t> shape) {
    return input(ElementType::F32, shape, -2, 2);
  }
  Value *bytes(ElementType type, llvm::ArrayRef<int64_t> shape) {
    return type == ElementType::I8 ? input(type, shape, -128, 127)
                                   : input(type, shape, 0, 255);
  }
  Value *constant(ElementType type, llvm::ArrayRef<int64_t> shape, double low,
                  double high);
  Value *ints(llvm::ArrayRef<int64_t> values) {
    return builder.constantInts(values);
  }
  /// A scalar of an integer type.
  ConstantAttr scalar(ElementType type, int64_t value);
  Value *scalarValue(ElementType type, int64_t value) {
    return builder.constant(scalar(type, value));
  }
  /// Its first result. \p op: with its dialect, "onnx." if it names none.
  Value *make(llvm::StringRef op, llvm::ArrayRef<Value *> operands,
              llvm::ArrayRef<NamedAttr> attrs = {}, unsigned results = 1);
  static Shape shapeOf(Value *value) {
    return *value->getTensorType().getStaticShape();
  }
  /// What only an emitter can be asked for: a random one of a Requantize behind
  /// \p acc, whose sums are about \p magnitude.
  Value *requantize(Value *acc, int64_t channels, double magnitude);
  Context &getContext() { return context; }

  /// Completes the graph, compiles and runs it, and fails the test where a
  /// result is further from the interpreter's than \p tolerance. \p board:
  /// empty for the host.
  void check(llvm::ArrayRef<Value *> outputs, Tolerance tolerance,
             llvm::StringRef quadruple = "cortex-m4", bool onBoard = false);
  /// Completes the graph and compiles it; returns what it is refused for.
  std::string getRefusal(llvm::ArrayRef<Value *> outputs);

private:
  void finish(llvm::ArrayRef<Value *> outputs);
  TensorValue numbers(ElementType type, llvm::ArrayRef<int64_t> shape,
                      double low, double high);
  bool compile(llvm::StringRef quadruple, llvm::StringRef directory);
  llvm::Expected<RuntimeValues> runOnHost(llvm::StringRef directory);
  llvm::Expected<RuntimeValues> runOnBoard(llvm::StringRef directory);

  std::mt19937_64 random;
  Context context;
  std::string diagnostics;
  TargetRegistry targets;
  Module module{context, "random"};
  Graph &graph;
  Builder builder{context};
  RuntimeValues inputs;
};

} // namespace onnc

#endif // ONNC_UNITTESTS_TARGET_CORTEXM_COMPILEANDRUN_H
