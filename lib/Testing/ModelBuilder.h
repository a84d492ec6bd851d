//===- ModelBuilder.h - What makers of operations build with ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A graph that grows, and the value of everything in it for the inputs of
/// makeInputs().
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_MODELBUILDER_H
#define ONNC_TESTING_MODELBUILDER_H

#include "Numbers.h"
#include "onnc/IR/Builder.h"
#include "onnc/Testing/ModelGenerator.h"
#include "llvm/ADT/DenseMap.h"

namespace onnc::smith {

class ModelBuilder {
public:
  using Shape = llvm::SmallVector<int64_t, 6>;
  using Attrs = llvm::SmallVector<NamedAttr, 6>;

  ModelBuilder(Context &context, const GeneratorOptions &options);

  // Chance --------------------------------------------------------------------
  int64_t pick(int64_t lo, int64_t hi) { return random.pick(lo, hi); }
  bool flip() { return pick(0, 1); }
  /// True once in \p n times.
  bool once(int64_t n) { return pick(1, n) == 1; }
  template <typename T> T oneOf(std::initializer_list<T> values) {
    return values.begin()[pick(0, values.size() - 1)];
  }
  template <typename Range> auto &oneOfRange(const Range &values) {
    return values[pick(0, std::size(values) - 1)];
  }
  /// An axis of \p value, which isn't a scalar, counted from either side.
  int64_t pickAxis(Value *value);
  /// A shape that broadcasts to \p target.
  Shape broadcastable(llvm::ArrayRef<int64_t> target);

  // Values --------------------------------------------------------------------
  using Filter = llvm::function_ref<bool(Value *)>;
  /// A value that \p accepts, recent ones more likely; null if there is none.
  Value *any(Filter accepts);
  /// One of floating-point numbers and of a rank in [minRank, maxRank]; where
  /// there is none, or once in a while, a new input of the graph. Null where
  /// the options ask for no such type.
  Value *anyFloat(unsigned minRank, unsigned maxRank);
  /// The same of one of the options' types that \p accepts.
  Value *anyOf(llvm::function_ref<bool(ElementType)> accepts, unsigned minRank,
               unsigned maxRank);
  /// Another value of \p value's very type, or a constant.
  Value *like(Value *value);

  static ElementType typeOf(Value *value) {
    return value->getTensorType().getElementType();
  }
  static Shape shapeOf(Value *value) {
    return *value->getTensorType().getStaticShape();
  }
  static unsigned rankOf(Value *value) {
    return value->getTensorType().getRank();
  }
  static int64_t sizeOf(Value *value) {
    return *value->getTensorType().getNumElements();
  }
  /// The shape that \p value has when the model runs.
  Shape getActualShape(Value *value);
  /// A machine of less precision than the interpreter gets the same elements.
  bool isExact(Value *value) { return states[value].exact; }
  double getMin(Value *value) { return states[value].min; }
  double getMax(Value *value) { return states[value].max; }

  /// A constant of numbers in [lo, hi].
  Value *constant(ElementType type, llvm::ArrayRef<int64_t> shape,
                  double lo = -2, double hi = 2);
  Value *constant(const TensorValue &value);
  Value *number(ElementType type, double value);
  Value *ints(llvm::ArrayRef<int64_t> values);
  Value *floats(llvm::ArrayRef<float> values);
  /// Weights of \p shape, each result a sum of \p terms: the more, the smaller.
  Value *weights(ElementType type, llvm::ArrayRef<int64_t> shape,
                 int64_t terms);
  /// \p value if it lies in [lo, hi], else a Clip of it.
  Value *clamp(Value *value, double lo, double hi);

  // Operations ----------------------------------------------------------------
  NamedAttr attr(llvm::StringRef name, int64_t value);
  NamedAttr attr(llvm::StringRef name, double value);
  NamedAttr attr(llvm::StringRef name, const char *value);
  NamedAttr attr(llvm::StringRef name, llvm::ArrayRef<int64_t> value);

  /// Creates the operation onnx.<name>, infers its types and executes it. Null
  /// where a result isn't acceptable (see ModelGenerator.h); the operation is
  /// gone then. Results that aren't tensors of numbers of static shape are for
  /// the same maker only. \p keepsExact: its elements are selected, or computed
  /// from the operands' by sums and products of few terms.
  Operation *make(llvm::StringRef name, llvm::ArrayRef<Value *> operands,
                  llvm::ArrayRef<NamedAttr> attrs = {}, int numResults = -1,
                  bool keepsExact = false);
  /// The same for an operator with bodies, as many as its record has; \p fill
  /// is called for each of them, with a builder at its end and the region's
  /// number, and returns what the body returns. Operands that bodies capture
  /// come last.
  using FillFn = llvm::function_ref<llvm::SmallVector<Value *, 4>(
      Builder &, Region &, unsigned)>;
  Operation *makeWithBodies(llvm::StringRef name,
                            llvm::ArrayRef<Value *> operands,
                            llvm::ArrayRef<NamedAttr> attrs,
                            unsigned numResults, FillFn fill);
  /// The same for what moves, selects, adds or multiplies.
  Operation *makeExact(llvm::StringRef name, llvm::ArrayRef<Value *> operands,
                       llvm::ArrayRef<NamedAttr> attrs = {},
                       int numResults = -1) {
    return make(name, operands, attrs, numResults, true);
  }

  // The whole -----------------------------------------------------------------
  /// A new input of the graph; any rank in the range.
  Value *addInput(ElementType type, unsigned minRank, unsigned maxRank);
  /// Why an operation was refused that makers hold for valid; "" if none was.
  const std::string &getFlaw() const { return flaw; }
  const GeneratorOptions &getOptions() const { return options; }
  /// Ends the graph: what isn't used becomes an output, and some of the rest.
  std::unique_ptr<Module> finish();

private:
  struct State {
    RuntimeValue value;
    double min = 0, max = 0;
    bool exact = false;
  };
  /// False where the value isn't acceptable.
  bool analyze(State &state, bool operandsExact);
  bool analyzeResult(Type type, State &state, bool exact);
  /// \p create makes the operation or reports what it mustn't be.
  Operation *perform(llvm::StringRef name, bool keepsExact,
                     llvm::function_ref<Operation *()> create);
  void eraseUnused();

  Context &context;
  const GeneratorOptions &options;
  std::unique_ptr<Module> module;
  Graph &graph;
  Builder builder;
  Random random;
  /// Tried so far; numbers the nodes.
  unsigned numOperations = 0;
  std::string flaw;
  /// Of everything in the graph, constants too.
  llvm::DenseMap<Value *, State> states;
  /// What operands are picked from: inputs and computed values.
  std::vector<Value *> values;
};

/// Adds one operator, or the operations that make one useful. Null where it
/// found nothing to apply it to, or the result wasn't acceptable.
using MakeFn = Operation *(*)(ModelBuilder &);

struct Maker {
  llvm::StringRef name;
  MakeFn make;
  /// How often it is chosen, in proportion to the others.
  unsigned weight = 1;
};

llvm::ArrayRef<Maker> getControlFlowMakers();
llvm::ArrayRef<Maker> getElementwiseMakers();
llvm::ArrayRef<Maker> getMovementMakers();
llvm::ArrayRef<Maker> getNeuralMakers();
llvm::ArrayRef<Maker> getQuantizedMakers();
llvm::ArrayRef<Maker> getReductionMakers();
llvm::ArrayRef<Maker> getSequenceMakers();

} // namespace onnc::smith

#endif // ONNC_TESTING_MODELBUILDER_H
