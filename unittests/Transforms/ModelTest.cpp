//===- ModelTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Trained networks before and after optimization. Those that others trained
/// aren't part of the tree: set ONNC_FOREIGN_DATA to their directory.
///
//===----------------------------------------------------------------------===//

#include "PassRunner.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace onnc;

namespace {

class ModelTest : public testing::Test {
protected:
  /// A file of the source tree; "" where it can't be found.
  static std::string findInTree(StringRef file) {
    const char *tests = std::getenv("ONNC_TEST_DATA");
    return tests ? ifExists({tests, "..", file}) : "";
  }

  /// A file of the foreign data, where the lit tests look for it too.
  static std::string findForeign(StringRef file) {
    if (const char *data = std::getenv("ONNC_FOREIGN_DATA"))
      return ifExists({data, file});
    const char *tests = std::getenv("ONNC_TEST_DATA");
    return tests ? ifExists({tests, "../../shared/data", file}) : "";
  }

  Context context;

private:
  static std::string ifExists(std::initializer_list<StringRef> parts) {
    SmallString<256> path;
    for (StringRef part : parts)
      sys::path::append(path, part);
    return sys::fs::exists(path) ? std::string(path) : "";
  }
};

} // namespace

/// A blurred diagonal stroke on a square of \p size pixels.
static RuntimeValue makeStroke(int size, float brightness) {
  std::vector<float> image(size * size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      image[y * size + x] =
          brightness * std::max(0, 4 - std::abs(x - y / 2 - size / 4)) / 4;
  return TensorValue::of<float>(ElementType::F32, {1, 1, size, size}, image);
}

TEST_F(ModelTest, Digits) {
  std::string path = findInTree("examples/digits/digits.onnx");
  if (path.empty())
    GTEST_SKIP() << "ONNC_TEST_DATA isn't set";
  std::unique_ptr<Module> module = importModel(context, path);
  ASSERT_TRUE(module);
  RuntimeValue input = makeStroke(8, 16);
  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(1), {input}), "");
  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(2), {input},
                          {.absolute = 1e-6, .relative = 1e-5}),
            "");
}

TEST_F(ModelTest, MNIST) {
  std::string path = findForeign("models/mnist/mnist.onnx");
  if (path.empty())
    GTEST_SKIP() << "no foreign data";
  std::unique_ptr<Module> module = importModel(context, path);
  ASSERT_TRUE(module);
  RuntimeValue input = makeStroke(28, 255);
  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(1), {input}), "");
  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(2), {input},
                          {.absolute = 1e-2, .relative = 1e-5}),
            "");

  // Two convolutions and a fully connected layer, each with its bias.
  ASSERT_TRUE(succeeded(runPasses(*module, getOptimizationPipeline(2))));
  EXPECT_EQ(countOperations(*module, "onnx.Conv"), 2u);
  EXPECT_EQ(countOperations(*module, "onnx.Gemm"), 1u);
  EXPECT_EQ(countOperations(*module, "onnx.Reshape"), 1u);
  EXPECT_EQ(countOperations(*module, "onnx.MatMul"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.Add"), 0u);
}

TEST_F(ModelTest, ResNet50) {
  std::string path = findForeign("models/light/light_resnet50.onnx");
  if (path.empty())
    GTEST_SKIP() << "no foreign data";
  std::unique_ptr<Module> module = importModel(context, path);
  ASSERT_TRUE(module);
  ASSERT_TRUE(succeeded(runPasses(*module, getOptimizationPipeline(2))));
  // Its weights are computed from shapes, each Conv has a BatchNormalization.
  EXPECT_EQ(countOperations(*module, "onnx.ConstantOfShape"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.BatchNormalization"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.Mul"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.Conv"), 53u);
  EXPECT_EQ(countOperations(*module, "onnx.Sum"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.Add"), 16u);
}

TEST_F(ModelTest, SqueezeNet) {
  std::string path = findForeign("models/light/light_squeezenet.onnx");
  if (path.empty())
    GTEST_SKIP() << "no foreign data";
  std::unique_ptr<Module> module = importModel(context, path);
  ASSERT_TRUE(module);
  ASSERT_TRUE(succeeded(runPasses(*module, getOptimizationPipeline(2))));
  EXPECT_EQ(countOperations(*module, "onnx.Dropout"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.GlobalAveragePool"), 1u);
  EXPECT_EQ(countOperations(*module, "onnx.Conv"), 26u);
}
