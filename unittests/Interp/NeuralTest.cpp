//===- NeuralTest.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <random>

using namespace onnc;

namespace {
class NeuralTest : public InterpFixture {
protected:
  /// Small integers over 4: sums are exact in every type.
  TensorValue random(ElementType type, llvm::ArrayRef<int64_t> shape) {
    const int64_t count = llvm::cantFail(countElements(shape));
    if (type == ElementType::F64) {
      // Full mantissas, so that any other order or rounding shows.
      std::vector<double> values;
      for (int64_t i = 0; i != count; ++i)
        values.push_back(double(generator()) / 4e9 - 0.5);
      return TensorValue::of<double>(type, shape, values);
    }
    std::vector<float> values;
    for (int64_t i = 0; i != count; ++i)
      values.push_back(float(generator()) / 4e9f - 0.5f);
    return f32(shape, values);
  }
  int64_t pick(int64_t low, int64_t high) {
    return low + int64_t(generator() % uint32_t(high - low + 1));
  }
  /// The same bits from plain and from blocked kernels.
  void expectSameBits(llvm::StringRef name,
                      llvm::ArrayRef<RuntimeValue> operands,
                      const std::string &attributes, ElementType type) {
    std::string result = "tensor<*x" + getName(type).str() + ">";
    RunOptions naive;
    naive.naiveKernels = true;
    auto plain = tryOp(name, operands, attributes, result, true, naive);
    auto blocked = tryOp(name, operands, attributes, result);
    ASSERT_TRUE(bool(plain)) << llvm::toString(plain.takeError());
    ASSERT_TRUE(bool(blocked)) << llvm::toString(blocked.takeError());
    const TensorValue &a = (*plain)[0].getTensor();
    const TensorValue &b = (*blocked)[0].getTensor();
    ASSERT_EQ(a.getShape(), b.getShape());
    EXPECT_EQ(a.getBytes(), b.getBytes())
        << name.str() << " " << attributes << " " << operands[0].describe()
        << " " << operands[1].describe() << ": " << compare(b, a).firstMismatch;
  }

  std::mt19937 generator{1};
};
} // namespace

TEST_F(NeuralTest, BlockedMatMulHasTheBitsOfTheNaiveOne) {
  for (int i = 0; i != 40; ++i) {
    ElementType type = i % 2 ? ElementType::F32 : ElementType::F64;
    // Now and then larger than a task, or than one length of sums.
    const int64_t scale = i % 8 == 0 ? 300 : 20;
    const int64_t m = pick(1, scale), n = pick(1, scale),
                  k = pick(1, 2 * scale);
    expectSameBits("onnx.MatMul",
                   {random(type, {pick(1, 2), m, k}), random(type, {k, n})}, "",
                   type);
    const bool transA = pick(0, 1), transB = pick(0, 1);
    expectSameBits(
        "onnx.Gemm",
        {transA ? random(type, {k, m}) : random(type, {m, k}),
         transB ? random(type, {n, k}) : random(type, {k, n}),
         random(type, {n})},
        "{alpha = 0.5, beta = 2.0, transA = " + std::to_string(transA) +
            ", transB = " + std::to_string(transB) + "}",
        type);
  }
}

TEST_F(NeuralTest, BlockedConvHasTheBitsOfTheNaiveOne) {
  for (int i = 0; i != 60; ++i) {
    ElementType type = i % 2 ? ElementType::F32 : ElementType::F64;
    const unsigned rank = 1 + i % 3;
    const int64_t group = pick(1, 3);
    llvm::SmallVector<int64_t> x = {pick(1, 2), group * pick(1, 3)};
    llvm::SmallVector<int64_t> w = {group * pick(1, 4), x[1] / group};
    std::string strides, dilations, begins, ends;
    for (unsigned d = 0; d != rank; ++d) {
      const int64_t kernel = pick(1, 3), dilation = pick(1, 2);
      // The window fits whatever the pads.
      x.push_back((kernel - 1) * dilation + pick(1, rank == 3 ? 5 : 14));
      w.push_back(kernel);
      std::string comma = d ? ", " : "";
      strides += comma + std::to_string(pick(1, 3));
      dilations += comma + std::to_string(dilation);
      begins += comma + std::to_string(pick(0, 3));
      ends += comma + std::to_string(pick(0, 3));
    }
    expectSameBits("onnx.Conv",
                   {random(type, x), random(type, w), random(type, {w[0]})},
                   "{group = " + std::to_string(group) + ", strides = [" +
                       strides + "], dilations = [" + dilations +
                       "], pads = [" + begins + ", " + ends + "]}",
                   type);
  }
}

TEST_F(NeuralTest, MatMulIsNumPys) {
  expectOp("onnx.MatMul", {f32({2, 2}, {1, 2, 3, 4}), f32({2}, {5, 6})}, "",
           f32({2}, {17, 39}));
  expectOp("onnx.MatMul", {f32({2}, {5, 6}), f32({2}, {1, 2})}, "",
           f32({}, {17}));
  expectOp("onnx.MatMul", {f32({2, 1, 1}, {2, 3}), f32({1, 1, 2}, {1, 10})}, "",
           f32({2, 1, 2}, {2, 20, 3, 30}));
  expectOp("onnx.MatMul", {f32({2, 0}, {}), f32({0, 1}, {})}, "",
           f32({2, 1}, {0, 0}));
  expectOp("onnx.MatMul", {i32({1, 2}, {INT32_MAX, 1}), i32({2, 1}, {1, 1})},
           "", i32({1, 1}, {INT32_MIN}));
}

TEST_F(NeuralTest, ConvByHand) {
  RuntimeValue x = f32({1, 1, 3, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  RuntimeValue ones = f32({1, 1, 2, 2}, {1, 1, 1, 1});
  expectOp("onnx.Conv", {x, ones}, "", f32({1, 1, 2, 2}, {8, 12, 20, 24}));
  expectOp("onnx.Conv", {x, ones, f32({1}, {0.5})},
           "{strides = [2, 2], "
           "pads = [1, 1, 0, 0]}",
           f32({1, 1, 2, 2}, {0.5, 3.5, 9.5, 24.5}));
  expectOp("onnx.ConvTranspose",
           {f32({1, 1, 1, 2}, {1, 2}), f32({1, 1, 1, 3}, {1, 10, 100})},
           "{strides = [1, 2]}", f32({1, 1, 1, 5}, {1, 10, 102, 20, 200}));
  EXPECT_NE(
      opError("onnx.Conv", {x, f32({1, 2, 1, 1}, {1, 1})}, "", "tensor<*xf32>")
          .find("weights of shape 1x2x1x1 in 1 groups don't fit an input "
                "of shape 1x1x3x3"),
      std::string::npos);
}

TEST_F(NeuralTest, PoolsCountWhatTheyCover) {
  RuntimeValue x = f32({1, 1, 4}, {1, 2, 3, 4});
  // ceil_mode: the last window covers the element 4 and one beyond the input.
  expectOp("onnx.AveragePool", {f32({1, 1, 4}, {1, 2, 3, 4})},
           "{kernel_shape = [3], strides = [2], ceil_mode = 1}",
           f32({1, 1, 2}, {2, 3.5}));
  expectOp("onnx.AveragePool", {x},
           "{kernel_shape = [2], pads = [1, 0], count_include_pad = 1}",
           f32({1, 1, 4}, {0.5, 1.5, 2.5, 3.5}));
  expectOp("onnx.AveragePool", {x}, "{kernel_shape = [2], pads = [1, 0]}",
           f32({1, 1, 4}, {1, 1.5, 2.5, 3.5}));
}

TEST_F(NeuralTest, MaxPoolGivesIndices) {
  RuntimeValue x = f32({1, 1, 2, 3}, {1, 5, 2, 6, 3, 4});
  for (auto [attributes, first, second] :
       {std::tuple("{kernel_shape = [2, 2]}", 3, 1),
        std::tuple("{kernel_shape = [2, 2], storage_order = 1}", 1, 2)}) {
    auto results =
        tryOp("onnx.MaxPool", {x}, attributes, "tensor<*xf32>; tensor<*xi64>");
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    EXPECT_TRUE(bool(compare((*results)[0], f32({1, 1, 1, 2}, {6, 5}))));
    EXPECT_EQ(compare((*results)[1], i64({1, 1, 1, 2}, {first, second}))
                  .firstMismatch,
              "");
  }
}

TEST_F(NeuralTest, Normalizations) {
  Tolerance t{1e-6, 1e-5};
  expectOp("onnx.BatchNormalization",
           {f32({1, 2, 1}, {1, 2}), f32({2}, {2, 3}), f32({2}, {0.5, 1}),
            f32({2}, {0, 1}), f32({2}, {1, 4})},
           "{epsilon = 0.0}", f32({1, 2, 1}, {2.5, 2.5}), t);
  expectOp("onnx.LayerNormalization",
           {f32({1, 2}, {1, 3}), f32({2}, {1, 2}), f32({2}, {0, 1})}, "",
           f32({1, 2}, {-0.999995f, 2.99999f}), t);
  expectOp("onnx.LRN", {f32({1, 3, 1}, {1, 2, 3})},
           "{size = 3, alpha = 3.0, beta = 1.0}",
           f32({1, 3, 1}, {1.0f / 6, 2.0f / 15, 3.0f / 14}), t);
  expectOp("onnx.Softmax", {f32({1, 2}, {1000, 1000})}, "",
           f32({1, 2}, {0.5, 0.5}));
}

TEST_F(NeuralTest, RecurrentLayers) {
  // One unit, two steps, identity weights: h1 = tanh(1), h2 = tanh(1 + h1).
  RuntimeValue x = f32({2, 1, 1}, {1, 1}), w = f32({1, 1, 1}, {1});
  auto results = tryOp("onnx.RNN", {x, w, w}, "{hidden_size = 1}",
                       "tensor<*xf32>; tensor<*xf32>");
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_EQ(compare((*results)[0],
                    f32({2, 1, 1, 1}, {0.7615941560f, 0.9426807761f}),
                    {0, 1e-6})
                .firstMismatch,
            "");
  EXPECT_TRUE(
      bool(compare((*results)[1], f32({1, 1, 1}, {0.9426807761f}), {0, 1e-6})));
}
