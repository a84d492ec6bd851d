//===- FoldQDQTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Random quantized groups before and after folding, which differ by one unit
/// at most; and the groups of trained networks, each on the same integers.
///
//===----------------------------------------------------------------------===//

#include "PassRunner.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

using Dims = SmallVector<int64_t, 4>;

/// A graph of one group in the making, its parameters and inputs random.
class Group {
public:
  explicit Group(unsigned seed) : random(seed), module(context) {
    graph = &module.addGraph("main");
    builder.setInsertionPointToEnd(graph->getBody());
  }

  int pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  }
  float pickScale(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  }
  bool flip() { return pick(0, 1); }
  ElementType pickType() { return flip() ? ElementType::I8 : ElementType::U8; }

  Value *integers(ElementType type, ArrayRef<int64_t> shape, int low,
                  int high) {
    return builder.constant(
        makeTensor(type, shape, low, high).toConstant(context));
  }
  Value *reals(ArrayRef<float> values, bool scalar = false) {
    return builder.constant(ConstantAttr::getFloats(context, values, scalar));
  }

  /// A quantized input, dequantized.
  Value *input(ArrayRef<int64_t> shape) {
    const ElementType type = pickType();
    const int low = quant::getLowest(type), high = quant::getHighest(type);
    inputs.push_back(makeTensor(type, shape, low, high));
    Value *x =
        graph->getBody().addArgument(TensorType::get(context, type, shape),
                                     "x" + std::to_string(inputs.size()));
    scale = pickScale(0.01f, 0.2f);
    return op("onnx.DequantizeLinear",
              {x, reals(scale, true), integers(type, {}, low, high)});
  }

  /// Constant weights, with a scale for each index of \p axis or one; their
  /// scales are kept for the bias.
  Value *weights(ArrayRef<int64_t> shape, int64_t axis) {
    const ElementType type = pickType();
    const bool perChannel = flip(), centered = flip();
    const int64_t count = shape[axis];
    weightScales.clear();
    for (int64_t i = 0; i != (perChannel ? count : 1); ++i)
      weightScales.push_back(pickScale(0.002f, 0.02f));
    const int zero = type == ElementType::I8 ? 0 : 128;
    const int spread = centered ? 0 : 20;
    Value *w =
        integers(type, shape, quant::getLowest(type), quant::getHighest(type));
    Value *zeros = perChannel
                       ? integers(type, count, zero - spread, zero + spread)
                       : integers(type, {}, zero - spread, zero + spread);
    return op("onnx.DequantizeLinear",
              {w, reals(weightScales, !perChannel), zeros},
              {{"axis", IntAttr::get(axis)}});
  }

  /// For \p channels of the product of the last input and weights: integers on
  /// its grid, floats, or none.
  Value *bias(int64_t channels) {
    if (flip())
      return nullptr;
    std::vector<float> scales;
    for (int64_t c = 0; c != channels; ++c)
      scales.push_back(scale * weightScales[weightScales.size() == 1 ? 0 : c]);
    if (flip())
      return op(
          "onnx.DequantizeLinear",
          {integers(ElementType::I32, channels, -20000, 20000), reals(scales)},
          {{"axis", IntAttr::get(0)}});
    for (float &s : scales)
      s *= float(pick(-5000, 5000));
    return reals(scales);
  }

  Value *op(StringRef name, ArrayRef<Value *> operands,
            ArrayRef<NamedAttr> attrs = {}) {
    while (!operands.empty() && !operands.back())
      operands = operands.drop_back();
    Operation *created = builder.createInferred(name, operands, attrs);
    return created ? created->getResult() : nullptr;
  }

  Value *activation(Value *x) {
    switch (pick(0, 2)) {
    case 0:
      return op("onnx.Relu", x);
    case 1:
      return op("onnx.Clip", {x, reals(pickScale(-2, 0), true),
                              flip() ? reals(pickScale(0, 2), true) : nullptr});
    default:
      return x;
    }
  }

  /// Quantizes \p x, whose size is about that of \p size steps, and ends the
  /// graph.
  void finish(Value *x, float size) {
    ASSERT_TRUE(x);
    const ElementType type = pickType();
    Value *zero =
        integers(type, {}, quant::getLowest(type), quant::getHighest(type));
    Value *y = op("onnx.QuantizeLinear",
                  {x, reals(size * pickScale(0.5f, 2), true), zero});
    builder.createReturn(y);
    graph->setOutputNames({"y"});
  }

  TensorValue makeTensor(ElementType type, ArrayRef<int64_t> shape, int low,
                         int high) {
    TensorValue tensor = cantFail(TensorValue::allocate(type, shape));
    for (int64_t i = 0; i != tensor.getNumElements(); ++i) {
      const int value = pick(low, high);
      if (type == ElementType::I32)
        tensor.mutableData<int32_t>()[i] = value;
      else
        tensor.mutableData<uint8_t>()[i] = static_cast<uint8_t>(value);
    }
    return tensor;
  }

  std::mt19937 random;
  Context context;
  Module module;
  Builder builder{context};
  Graph *graph;
  SmallVector<RuntimeValue, 2> inputs;
  float scale = 1;
  std::vector<float> weightScales;
};

/// A kind of group.
struct Kind {
  const char *name;
  void (*build)(Group &);
  friend std::ostream &operator<<(std::ostream &os, const Kind &kind) {
    return os << kind.name;
  }
};

class FoldQDQTest : public testing::TestWithParam<Kind> {};

} // namespace

static NamedAttr ints(StringRef name, ArrayRef<int64_t> values) {
  return {name, IntsAttr::get(values)};
}

static void buildConv(Group &g) {
  const int64_t groups = g.pick(1, 2), in = groups * g.pick(1, 3);
  const int64_t out = groups * g.pick(1, 4), k = g.pick(1, 3);
  Value *x = g.input({g.pick(1, 2), in, g.pick(3, 6), g.pick(3, 6)});
  Value *w = g.weights({out, in / groups, k, k}, 0);
  Value *y =
      g.op("onnx.Conv", {x, w, g.bias(out)},
           {{"group", IntAttr::get(groups)},
            ints("strides", {g.pick(1, 2), g.pick(1, 2)}),
            ints("pads", {g.pick(0, 2), g.pick(0, 1), g.pick(0, 2), 1})});
  g.finish(g.activation(y), 0.1f);
}

static void buildGemm(Group &g) {
  const int64_t m = g.pick(1, 5), n = g.pick(1, 5), k = g.pick(1, 40);
  const bool transA = g.flip(), transB = g.flip();
  Value *x = g.input(transA ? Dims{k, m} : Dims{m, k});
  Value *w = g.weights(transB ? Dims{n, k} : Dims{k, n}, transB ? 0 : 1);
  Value *y = g.op(
      "onnx.Gemm", {x, w, g.bias(n)},
      {{"transA", IntAttr::get(transA)}, {"transB", IntAttr::get(transB)}});
  g.finish(g.activation(y), 0.1f);
}

static void buildMatMul(Group &g) {
  const int64_t b = g.pick(1, 3), m = g.pick(1, 5), n = g.pick(1, 5),
                k = g.pick(1, 40);
  Value *x = g.input({b, m, k});
  Value *w = g.flip() ? g.weights({k, n}, 1) : g.input({b, k, n});
  g.finish(g.activation(g.op("onnx.MatMul", {x, w})), 0.3f);
}

static void buildSum(Group &g) {
  Value *a = g.input({2, 3, 40}), *b = g.input({3, 40});
  Value *y = g.flip()   ? g.op("onnx.Add", {a, b})
             : g.flip() ? g.op("onnx.Sub", {a, b})
                        : g.op("onnx.Sum", {a, b, g.input({2, 1, 40})});
  g.finish(g.activation(y), 0.15f);
}

static void buildMul(Group &g) {
  Value *a = g.input({2, 3, 40}), *b = g.input({2, 3, 1});
  g.finish(g.activation(g.op("onnx.Mul", {a, b})), 1);
}

static void buildAverage(Group &g) {
  const int64_t h = g.pick(3, 7), w = g.pick(3, 7);
  Value *x = g.input({2, 3, h, w}), *y;
  switch (g.pick(0, 2)) {
  case 0:
    y = g.op("onnx.AveragePool", x,
             {ints("kernel_shape", {g.pick(1, 3), g.pick(1, 3)}),
              ints("pads", {1, 0, 1, 0}),
              {"count_include_pad", IntAttr::get(1)}});
    break;
  case 1:
    y = g.op("onnx.GlobalAveragePool", x);
    break;
  default:
    y = g.op("onnx.ReduceMean", {x, g.builder.constantInts({3, -2})},
             {{"keepdims", IntAttr::get(g.pick(0, 1))}});
  }
  g.finish(g.activation(y), 0.1f);
}

static void buildSoftmax(Group &g) {
  constexpr int64_t lengths[] = {2, 10, 256, 257, 3000};
  Value *x = g.input({3, lengths[g.pick(0, 4)], g.pick(1, 3)});
  g.finish(g.op("onnx.Softmax", x, {{"axis", IntAttr::get(1)}}), 1.0f / 256);
}

static void buildTable(Group &g) {
  static constexpr const char *functions[] = {
      "onnx.Sigmoid", "onnx.Tanh", "onnx.HardSwish", "onnx.LeakyRelu",
      "onnx.Exp",     "onnx.Abs",  "onnx.Elu"};
  Value *x = g.input({5, 100});
  Value *y = g.op(functions[g.pick(0, 6)], x);
  if (g.flip())
    y = g.op("onnx.Mul", {x, y});
  if (g.flip())
    y = g.op("onnx.Add", {y, g.reals(g.pickScale(-1, 1), true)});
  g.finish(y, 0.1f);
}

static void buildMovement(Group &g) {
  Value *a = g.input({1, 4, 6, 6});
  Value *y = g.op("onnx.MaxPool", a,
                  {ints("kernel_shape", {3, 2}), ints("pads", {1, 0, 1, 1})});
  y = g.op("onnx.Concat", {y, g.input({1, 2, 6, 6})},
           {{"axis", IntAttr::get(1)}});
  y = g.op("onnx.Transpose", y, {ints("perm", {0, 2, 3, 1})});
  y = g.op("onnx.Pad", {y, g.builder.constantInts({0, 1, 0, 0, 0, 0, 2, 0})});
  y = g.op("onnx.Flatten", y);
  g.finish(y, 0.1f);
}

/// Elements of a quantized tensor.
static std::vector<int> getElements(const TensorValue &tensor) {
  std::vector<int> values(tensor.getNumElements());
  for (auto [i, value] : enumerate(values))
    value = tensor.getElementType() == ElementType::I8
                ? tensor.elements<int8_t>()[i]
                : tensor.elements<uint8_t>()[i];
  return values;
}

namespace {
struct Difference {
  int64_t elements = 0, differing = 0;
  int largest = 0;

  void add(const TensorValue &a, const TensorValue &b) {
    ASSERT_EQ(a.getShape(), b.getShape());
    ASSERT_EQ(a.getElementType(), b.getElementType());
    for (auto [x, y] : zip_equal(getElements(a), getElements(b))) {
      ++elements;
      differing += x != y;
      largest = std::max(largest, std::abs(x - y));
    }
  }
};
} // namespace

TEST_P(FoldQDQTest, FoldsAndDiffersByOneUnitAtMost) {
  Difference difference;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Group group(seed);
    GetParam().build(group);
    ASSERT_TRUE(succeeded(verify(group.module))) << seed;
    std::unique_ptr<Module> folded = group.module.clone();
    ASSERT_TRUE(succeeded(runPasses(*folded, "fold-qdq,eliminate-dead-code")));
    EXPECT_EQ(countOperations(*folded, "onnx.QuantizeLinear") +
                  countOperations(*folded, "onnx.DequantizeLinear"),
              0u)
        << seed << toText(*folded);
    auto expected = run(*group.graph, group.inputs);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
    auto actual = run(*folded->getMain(), group.inputs);
    ASSERT_TRUE(bool(actual)) << toString(actual.takeError());
    difference.add((*actual)[0].getTensor(), (*expected)[0].getTensor());
    ASSERT_LE(difference.largest, 1) << seed << toText(*folded);
  }
  // Only near-ties differ.
  EXPECT_LE(difference.differing, 1 + difference.elements / 1000);
}

INSTANTIATE_TEST_SUITE_P(
    Groups, FoldQDQTest,
    testing::Values(Kind{"Conv", buildConv}, Kind{"Gemm", buildGemm},
                    Kind{"MatMul", buildMatMul}, Kind{"Sum", buildSum},
                    Kind{"Mul", buildMul}, Kind{"Average", buildAverage},
                    Kind{"Softmax", buildSoftmax}, Kind{"Table", buildTable},
                    Kind{"Movement", buildMovement}),
    [](const auto &info) { return info.param.name; });

TEST(FoldQDQPipeline, TargetsAskForIt) {
  Group group(1);
  buildConv(group);
  for (unsigned level = 0; level <= 2; ++level) {
    for (auto quantized : {QuantizedGroups::Keep, QuantizedGroups::Fold}) {
      const bool folds = level && quantized == QuantizedGroups::Fold;
      std::unique_ptr<Module> module = group.module.clone();
      ASSERT_TRUE(succeeded(
          runPasses(*module, getOptimizationPipeline(level, quantized))));
      EXPECT_EQ(countOperations(*module, "onnx.ConvInteger"), folds ? 1u : 0u);
      EXPECT_EQ(countOperations(*module, "onnx.QuantizeLinear"),
                folds ? 0u : 1u);
    }
  }
}

//===----------------------------------------------------------------------===//
// Trained networks
//===----------------------------------------------------------------------===//

/// A file of the foreign data, where the lit tests look for it too; "" where
/// there is none.
static std::string findForeign(StringRef file) {
  SmallString<256> path;
  if (const char *data = std::getenv("ONNC_FOREIGN_DATA"))
    sys::path::append(path, data, file);
  else if (const char *tests = std::getenv("ONNC_TEST_DATA"))
    sys::path::append(path, tests, "../../shared/data", file);
  return sys::fs::exists(path) ? std::string(path) : "";
}

/// Runs \p original, and then every operation of \p folded on what the original
/// computed: its integers have the same names.
static Difference compareGroups(Module &original, Module &folded,
                                ArrayRef<RuntimeValue> inputs) {
  StringMap<RuntimeValue> known;
  RunOptions options;
  options.observer = [&](const OperationEvent &event) {
    known[event.op.getResult()->getName()] = event.results[0];
  };
  auto results = run(*original.getMain(), inputs, options);
  EXPECT_TRUE(bool(results)) << toString(results.takeError());

  Difference difference;
  DenseMap<const Value *, RuntimeValue> values;
  for (auto [i, input] : enumerate(inputs))
    values[folded.getMain()->getInput(i)] = input;
  for (const Operation &op : folded.getMain()->getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator))
      break;
    RuntimeValues operands;
    for (Value *operand : op.getOperands())
      operands.push_back(operand ? values[operand] : RuntimeValue());
    auto computed = evaluate(op, operands);
    EXPECT_TRUE(bool(computed)) << toString(computed.takeError());
    RuntimeValue result = (*computed)[0];
    auto it = known.find(op.getResult()->getName());
    if (op.getInfo().getDialect() == "quant" && it != known.end()) {
      difference.add(result.getTensor(), it->second.getTensor());
      result = it->second;
    }
    values[op.getResult()] = result;
  }
  return difference;
}

/// Every Requantize can be done with 31-bit multipliers, for all sums that its
/// weights allow.
static void checkFixedPoint(Module &folded, std::mt19937 &random) {
  folded.walk([&](Operation *op) {
    if (!isa<quant::RequantizeOp>(op))
      return;
    const quant::ResultRange result = quant::getResultRange(*op);
    const ValueRange clamp{result.min - result.zeroPoint,
                           result.max - result.zeroPoint};
    const std::vector<RationalScale> scales = quant::getScales(*op);
    const std::vector<ValueRange> sums = quant::getSumRanges(*op);
    for (size_t c = 0; c != std::max(scales.size(), sums.size()); ++c) {
      const RationalScale &scale = scales[scales.size() == 1 ? 0 : c];
      const ValueRange sum = sums[sums.size() == 1 ? 0 : c];
      auto fixed = findFixedPoint(scale, getRelevantRange(scale, sum, clamp));
      ASSERT_TRUE(fixed) << op->getLoc().toDiag().node << ", channel " << c;
      std::uniform_int_distribution<int64_t> values(sum.low, sum.high);
      for (int i = 0; i != 100; ++i) {
        const int64_t value = values(random);
        ASSERT_EQ(result.finish(fixed->apply(value)),
                  result.finish(scale.apply(value)));
      }
    }
  });
}

TEST(FoldQDQModels, EveryGroupDiffersByOneUnitAtMost) {
  for (StringRef name : {"kws", "ic", "vww", "ad"}) {
    std::string path =
        findForeign(("models/mlperf-tiny/" + name + "_int8_qdq.onnx").str());
    if (path.empty())
      GTEST_SKIP() << "no foreign data";
    Context context;
    std::unique_ptr<Module> model = importModel(context, path);
    ASSERT_TRUE(model);
    std::unique_ptr<Module> folded = model->clone();
    ASSERT_TRUE(succeeded(runPasses(*folded, "fold-qdq,eliminate-dead-code")));
    folded->walk([&](Operation *op) {
      TensorType type =
          op->getNumResults() ? op->getResult()->getTensorType() : TensorType();
      EXPECT_TRUE(!type || !isFloat(type.getElementType()))
          << name.str() << ": " << op->getName().str();
    });

    Group random(7);
    checkFixedPoint(*folded, random.random);
    Difference difference;
    for (int i = 0; i != 3; ++i) {
      auto shape =
          model->getMain()->getInput(0)->getTensorType().getStaticShape();
      Difference one = compareGroups(
          *model, *folded,
          RuntimeValue(random.makeTensor(ElementType::I8, *shape, -128, 127)));
      difference.elements += one.elements;
      difference.differing += one.differing;
      difference.largest = std::max(difference.largest, one.largest);
    }
    EXPECT_GT(difference.elements, 3000) << name.str();
    EXPECT_LE(difference.largest, 1) << name.str();
    // One element in 10,000 at most lies so near a tie.
    EXPECT_LE(difference.differing, difference.elements / 10000) << name.str();
  }
}
