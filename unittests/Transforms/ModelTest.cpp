//===- ModelTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Networks that others trained, before and after optimization. They aren't
/// part of the tree: set ONNC_FOREIGN_DATA to their directory.
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

/// Where the lit tests look for it; "" if it isn't there.
static std::string findForeignData(StringRef file) {
  const char *data = std::getenv("ONNC_FOREIGN_DATA");
  const char *tests = std::getenv("ONNC_TEST_DATA");
  SmallString<256> path(data ? data : tests ? tests : "");
  if (path.empty())
    return "";
  if (!data)
    sys::path::append(path, "..", "..", "shared", "data");
  sys::path::append(path, file);
  return sys::fs::exists(path) ? std::string(path) : "";
}

TEST(ModelTest, MNIST) {
  std::string path = findForeignData("models/mnist/mnist.onnx");
  if (path.empty())
    GTEST_SKIP() << "no foreign data";
  Context context;
  std::unique_ptr<Module> module = importModel(context, path);
  ASSERT_TRUE(module);

  // A blurred diagonal stroke; brightness as in the data set.
  std::vector<float> image(28 * 28);
  for (int y = 0; y < 28; ++y)
    for (int x = 0; x < 28; ++x)
      image[y * 28 + x] = std::max(0, 255 - 40 * std::abs(x - y / 2 - 7));
  RuntimeValue input =
      TensorValue::of<float>(ElementType::F32, {1, 1, 28, 28}, image);

  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(1), {input}), "");
  EXPECT_EQ(comparePasses(*module, getOptimizationPipeline(2), {input},
                          {.absolute = 1e-2, .relative = 1e-5}),
            "");

  // Two convolutions with bias, a fully connected layer with bias, nothing
  // else but activations, pooling and one Reshape.
  ASSERT_TRUE(succeeded(runPasses(*module, getOptimizationPipeline(2))));
  EXPECT_EQ(countOperations(*module, "onnx.Conv"), 2u);
  EXPECT_EQ(countOperations(*module, "onnx.Gemm"), 1u);
  EXPECT_EQ(countOperations(*module, "onnx.Reshape"), 1u);
  EXPECT_EQ(countOperations(*module, "onnx.MatMul"), 0u);
  EXPECT_EQ(countOperations(*module, "onnx.Add"), 0u);
}
