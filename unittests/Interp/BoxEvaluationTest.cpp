//===- BoxEvaluationTest.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Boxes of every operator that states its indexing, and of kernels of several,
/// against running the whole: random shapes, attributes and boxes.
///
//===----------------------------------------------------------------------===//

#include "onnc/Interp/BoxEvaluation.h"
#include "InterpFixture.h"
#include "OperatorCases.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/ShapeInference.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace onnc;

namespace {

using Shape = OperatorCase::Shape;

int64_t pick(std::minstd_rand &random, int64_t lo, int64_t hi) {
  return lo + int64_t(random() % uint64_t(hi - lo + 1));
}

Box randomBox(std::minstd_rand &random, ArrayRef<int64_t> shape) {
  Box box;
  for (int64_t extent : shape) {
    int64_t a = pick(random, 0, extent), b = pick(random, 0, extent);
    box.push_back({std::min(a, b), std::max(a, b)});
  }
  return box;
}

/// The elements \p box of \p tensor, by the definition of row-major order.
TensorValue cut(const TensorValue &tensor, ArrayRef<Range> box) {
  Shape shape;
  for (Range range : box)
    shape.push_back(range.size());
  return withStorage(tensor.getElementType(), [&]<typename T>() {
    TensorValue result =
        cantFail(TensorValue::allocate(tensor.getElementType(), shape));
    T *to = result.mutableData<T>();
    for (int64_t i = 0, n = result.getNumElements(); i < n; ++i) {
      int64_t rest = i, at = 0, stride = 1;
      for (size_t d = shape.size(); d-- > 0;) {
        at += (box[d].lo + rest % shape[d]) * stride;
        rest /= shape[d];
        stride *= tensor.getDim(d);
      }
      to[i] = tensor.elements<T>()[at];
    }
    return result;
  });
}

bool isEqual(const TensorValue &a, const TensorValue &b) {
  return a.getShape() == b.getShape() && a.getBytes() == b.getBytes();
}

class BoxEvaluationTest : public testing::TestWithParam<const char *> {
protected:
  BoxEvaluationTest() {
    // Random parameters that contradict each other aren't of interest.
    context.getDiagnostics().setHandler([](const Diagnostic &) {});
  }

  /// Makes the operation a kernel that returns its results.
  const Graph &makeKernel() {
    SmallVector<Value *, 2> results;
    for (Value *result : op->getResults())
      if (!result->getType().isNone())
        results.push_back(result);
    Builder builder(op);
    builder.setInsertionPointToEnd(op->getParentGraph()->getBody());
    builder.createReturn(results);
    return *op->getParentGraph();
  }
  /// What the whole kernel gives, in the order of its outputs; empty where the
  /// parameters don't fit.
  std::vector<TensorValue> runWhole(const Graph &kernel) {
    RuntimeValues inputs;
    for (Value *input : kernel.getBody().getArguments())
      inputs.push_back(getInput(input));
    auto results = run(kernel, inputs);
    if (!results) {
      consumeError(results.takeError());
      return {};
    }
    std::vector<TensorValue> tensors;
    for (const RuntimeValue &value : *results)
      tensors.push_back(value.getTensor());
    return tensors;
  }
  const TensorValue &getInput(const Value *input) {
    for (unsigned i = 0; i < op->getNumOperands(); ++i)
      if (op->getOperand(i) == input)
        return current->getOperand(i).contents;
    llvm_unreachable("all inputs are operands");
  }
  std::function<Expected<TensorValue>(unsigned, const Box &)> load =
      [this](unsigned i, const Box &box) {
        EXPECT_FALSE(isEmpty(box));
        return Expected<TensorValue>(
            cut(getInput(op->getParentGraph()->getInput(i)), box));
      };

  /// Calls check(kernel, what it gives) for operations of many seeds.
  void
  forEachCase(function_ref<void(const Graph &, ArrayRef<TensorValue>)> check) {
    // IndexingTest complains of those.
    if (!OperatorCase::isKnown(GetParam()))
      return;
    unsigned cases = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
      random.seed(seed + 1);
      current.emplace(context, seed);
      if (!current->generate(GetParam()))
        continue;
      op = current->getOp();
      if (!getIndexing(op))
        continue;
      const Graph &kernel = makeKernel();
      std::vector<TensorValue> whole = runWhole(kernel);
      if (whole.empty())
        continue;
      ++cases;
      check(kernel, whole);
      if (HasFailure()) {
        std::string text;
        raw_string_ostream os(text);
        op->print(os);
        os << '\n';
        getIndexing(op)->print(os, *op);
        ADD_FAILURE() << "seed " << seed << "\n" << text;
        return;
      }
    }
    EXPECT_GE(cases, 8u);
  }

  Context context;
  std::optional<OperatorCase> current;
  std::minstd_rand random;
  Operation *op = nullptr;
};

} // namespace

TEST_P(BoxEvaluationTest, BoxesAreThoseOfTheWhole) {
  forEachCase([&](const Graph &kernel, ArrayRef<TensorValue> whole) {
    // Not even a run by itself gives the same twice.
    if (op->hasTrait(OpTrait::NonDeterministic))
      return;
    KernelEvaluator evaluator(kernel);
    for (unsigned round = 0; round < 6; ++round) {
      std::vector<Box> boxes;
      for (const TensorValue &tensor : whole)
        boxes.push_back(randomBox(random, tensor.getShape()));
      auto results = evaluator.evaluate(boxes, load);
      ASSERT_TRUE(bool(results)) << toString(results.takeError());
      for (auto [i, result] : enumerate(*results))
        EXPECT_TRUE(isEqual(result, cut(whole[i], boxes[i])))
            << "output " << i << " " << toString(boxes[i]);
    }
  });
}

// Reductions in two parts, put together as the combiner says.
TEST_P(BoxEvaluationTest, PartsOfReductionsCombine) {
  forEachCase([&](const Graph &kernel, ArrayRef<TensorValue> whole) {
    Indexing indexing = *getIndexing(op);
    std::vector<Range> reductions;
    for (const IterationDim &dim : indexing.dims)
      if (dim.isReduction)
        reductions.push_back({0, dim.extent});
    // Parts of a pool's windows are no windows, and groups of a ConvTranspose
    // can't be cut.
    if (indexing.combiner == Combiner::None || reductions.empty() ||
        is_contained({"onnx.MaxPool", "quant.SumPool"},
                     StringRef(GetParam())) ||
        (isa<onnx::ConvTransposeOp>(op) && op->getInt("group", 1) != 1))
      return;
    unsigned cutDim = pick(random, 0, reductions.size() - 1);
    Range range = reductions[cutDim];
    const int64_t middle = pick(random, 0, range.hi);
    KernelEvaluator evaluator(kernel);
    const Box box = randomBox(random, whole[0].getShape());
    std::optional<TensorValue> sum;
    for (Range part : {Range{0, middle}, Range{middle, range.hi}}) {
      if (part.empty())
        continue;
      std::vector<Range> over = reductions;
      over[cutDim] = part;
      auto results = evaluator.evaluate({box}, load, over);
      ASSERT_TRUE(bool(results)) << toString(results.takeError());
      const TensorValue &next = results->front();
      if (!sum) {
        sum = next;
        continue;
      }
      sum = withStorage(next.getElementType(), [&]<typename T>() {
        TensorValue combined = cantFail(
            TensorValue::allocate(next.getElementType(), next.getShape()));
        T *to = combined.mutableData<T>();
        for (int64_t i = 0, n = next.getNumElements(); i < n; ++i) {
          const T a = sum->elements<T>()[i], b = next.elements<T>()[i];
          to[i] = indexing.combiner == Combiner::Sum       ? T(a + b)
                  : indexing.combiner == Combiner::Product ? T(a * b)
                  : indexing.combiner == Combiner::Max     ? std::max(a, b)
                                                           : std::min(a, b);
        }
        return combined;
      });
    }
    ASSERT_TRUE(sum);
    EXPECT_TRUE(isEqual(*sum, cut(whole[0], box)))
        << toString(box) << " cut at " << middle;
  });
}

static std::vector<const char *> getOperators() {
  std::vector<const char *> names;
  Context context;
  for (const OpInfo *info : context.getOps())
    if (info->indexing)
      names.push_back(info->name.data());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Operators, BoxEvaluationTest,
                         testing::ValuesIn(getOperators()),
                         [](const testing::TestParamInfo<const char *> &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

//===----------------------------------------------------------------------===//
// Kernels of several operators
//===----------------------------------------------------------------------===//

namespace {
class KernelBoxTest : public InterpFixture {};
} // namespace

// Two convolutions, a pool and a branch that joins again: halos add up.
TEST_F(KernelBoxTest, HalosAddUp) {
  auto module = parse(R"(
graph @main(%x: tensor<1x4x12x12xf32>, %w: tensor<6x2x3x3xf32>, %v: tensor<3x6x3x3xf32>) -> ("y") {
  %0 = onnx.Conv(%x, %w) {group = 2, pads = [1, 1, 1, 1]} : (tensor<1x4x12x12xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x12x12xf32>
  %1 = onnx.Relu(%0) : (tensor<1x6x12x12xf32>) -> tensor<1x6x12x12xf32>
  %2 = onnx.Conv(%1, %v) {pads = [2, 0, 0, 2], strides = [2, 1]} : (tensor<1x6x12x12xf32>, tensor<3x6x3x3xf32>) -> tensor<1x3x6x12xf32>
  %3 = onnx.MaxPool(%2) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0, 1, 1]} : (tensor<1x3x6x12xf32>) -> tensor<1x3x6x12xf32>
  %y = onnx.Add(%2, %3) : (tensor<1x3x6x12xf32>, tensor<1x3x6x12xf32>) -> tensor<1x3x6x12xf32>
  return(%y) : (tensor<1x3x6x12xf32>) -> ()
}
)");
  ASSERT_TRUE(module);
  std::minstd_rand random(1);
  RuntimeValues inputs;
  for (Value *input : module->getMain()->getBody().getArguments())
    inputs.push_back(
        makeTensor(ElementType::F32, *input->getTensorType().getStaticShape(),
                   [&] { return double(pick(random, -100, 100)) / 8; }));
  auto whole = run(*module->getMain(), inputs);
  ASSERT_TRUE(bool(whole)) << toString(whole.takeError());
  KernelEvaluator evaluator(*module->getMain());
  int64_t read = 0;
  for (unsigned round = 0; round < 50; ++round) {
    Box box = randomBox(random, (*whole)[0].getTensor().getShape());
    auto results = evaluator.evaluate({box}, [&](unsigned i, const Box &part) {
      read += i == 0 ? getVolume(part) : 0;
      return Expected<TensorValue>(cut(inputs[i].getTensor(), part));
    });
    ASSERT_TRUE(bool(results)) << toString(results.takeError());
    EXPECT_TRUE(isEqual(results->front(), cut((*whole)[0].getTensor(), box)))
        << toString(box);
  }
  EXPECT_LT(read, 50 * 4 * 12 * 12);
}

// A few elements of a large result, with memory for little more than these.
TEST_F(KernelBoxTest, CostsGoWithTheBox) {
  const StringRef bodies[] = {
      "onnx.Conv(%x, %x) {kernel_shape = [256, 256], pads = [4, 4, 4, 4]}",
      "onnx.MaxPool(%x) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}",
      "onnx.AveragePool(%x) {kernel_shape = [3, 3], strides = [2, 2], "
      "ceil_mode = 1, count_include_pad = 1}",
      "onnx.Add(%x, %x)",
      "onnx.Softmax(%x) {axis = 3}",
      "onnx.Transpose(%x) {perm = [3, 1, 2, 0]}",
      "onnx.DepthToSpace(%x) {blocksize = 2}",
      "onnx.Concat(%x, %x) {axis = 1}",
      "onnx.BatchNormalization(%x, %c, %c, %c, %c)",
      "onnx.MatMul(%x, %x)",
      "onnx.GlobalAveragePool(%x)"};
  for (StringRef body : bodies) {
    SCOPED_TRACE(body.str());
    auto parsed =
        parse(("graph @main(%x: tensor<4x4x256x256xf32>, %c: tensor<4xf32>) -> "
               "(\"y\") {\n  %y = " +
               body + " -> tensor<*xf32>\n  return(%y)\n}\n")
                  .str());
    ASSERT_TRUE(parsed);
    ASSERT_TRUE(succeeded(inferTypes(*parsed))) << diagnostics;
    Box box;
    for (int64_t extent : getStaticShape(parsed->getMain()->getOutput(0)))
      box.push_back(
          {std::min<int64_t>(extent, 3) - 1, std::min<int64_t>(extent, 5)});
    RunOptions options;
    options.byteLimit = 1 << 20;
    KernelEvaluator evaluator(*parsed->getMain(), options);
    auto results = evaluator.evaluate({box}, [&](unsigned, const Box &part) {
      Shape shape;
      for (Range range : part)
        shape.push_back(range.size());
      return TensorValue::allocate(ElementType::F32, shape);
    });
    EXPECT_TRUE(bool(results)) << toString(results.takeError());
  }
}

TEST_F(KernelBoxTest, NeedsStaticShapes) {
  auto module = parse(R"(
graph @main(%x: tensor<[N]x4xf32>) -> ("y") {
  %y = onnx.Relu(%x) : (tensor<[N]x4xf32>) -> tensor<[N]x4xf32>
  return(%y) : (tensor<[N]x4xf32>) -> ()
}
)");
  ASSERT_TRUE(module);
  EXPECT_EQ(toString(KernelIndexing::check(*module->getMain())),
            "a value of the kernel '@main' is of type tensor<[N]x4xf32>, not a "
            "tensor of static shape");
}
