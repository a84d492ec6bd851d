//===- ShapeTest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <cmath>

using namespace onnc;

namespace {
class ShapeTest : public InterpFixture {};
} // namespace

static RuntimeValue iota(llvm::ArrayRef<int64_t> shape) {
  std::vector<float> values;
  for (int64_t i = 0, e = llvm::cantFail(countElements(shape)); i != e; ++i)
    values.push_back(i);
  return f32(shape, values);
}

TEST_F(ShapeTest, Reshape) {
  expectOp("onnx.Reshape", {iota({2, 3}), i64({2}, {0, -1})}, "",
           f32({2, 3}, {0, 1, 2, 3, 4, 5}));
  EXPECT_NE(opError("onnx.Reshape", {iota({2, 3}), i64({2}, {4, -1})}, "",
                    "tensor<*xf32>")
                .find("doesn't divide"),
            std::string::npos);
  EXPECT_NE(opError("onnx.Reshape", {iota({2, 3}), i64({1}, {7})}, "",
                    "tensor<*xf32>")
                .find("2x3 can't become 7"),
            std::string::npos);
}

TEST_F(ShapeTest, TransposeAndTile) {
  expectOp("onnx.Transpose", {iota({2, 3})}, "{perm = [1, 0]}",
           f32({3, 2}, {0, 3, 1, 4, 2, 5}));
  expectOp("onnx.Tile", {iota({1, 2}), i64({2}, {2, 2})}, "",
           f32({2, 4}, {0, 1, 0, 1, 0, 1, 0, 1}));
}

TEST_F(ShapeTest, SliceBothWays) {
  // x[3:0:-2]
  expectOp(
      "onnx.Slice",
      {iota({5}), i64({1}, {3}), i64({1}, {0}), i64({1}, {0}), i64({1}, {-2})},
      "", f32({2}, {3, 1}));
  expectOp("onnx.Slice",
           {iota({3}), i64({1}, {-1}), i64({1}, {INT64_MIN}), i64({1}, {0}),
            i64({1}, {INT64_MIN})},
           "", f32({1}, {2}));
  expectOp("onnx.Slice",
           {iota({2, 3}), i64({1}, {1}), i64({1}, {INT64_MAX}), i64({1}, {-1})},
           "", f32({2, 2}, {1, 2, 4, 5}));
}

TEST_F(ShapeTest, PadModes) {
  RuntimeValue x = f32({3}, {1, 2, 3}), pads = i64({2}, {2, 3});
  expectOp("onnx.Pad", {x, pads, f32({}, {9})}, "",
           f32({8}, {9, 9, 1, 2, 3, 9, 9, 9}));
  expectOp("onnx.Pad", {x, pads}, "{mode = \"reflect\"}",
           f32({8}, {3, 2, 1, 2, 3, 2, 1, 2}));
  expectOp("onnx.Pad", {x, pads}, "{mode = \"edge\"}",
           f32({8}, {1, 1, 1, 2, 3, 3, 3, 3}));
  expectOp("onnx.Pad", {x, pads}, "{mode = \"wrap\"}",
           f32({8}, {2, 3, 1, 2, 3, 1, 2, 3}));
  expectOp("onnx.Pad", {x, i64({2}, {-1, 1})}, "", f32({3}, {2, 3, 0}));
}

TEST_F(ShapeTest, GatherAndScatter) {
  expectOp("onnx.Gather", {iota({3, 2}), i64({2}, {-1, 0})}, "",
           f32({2, 2}, {4, 5, 0, 1}));
  expectOp("onnx.GatherND", {iota({2, 2}), i64({2, 2}, {0, 0, 1, -1})}, "",
           f32({2}, {0, 3}));
  expectOp("onnx.GatherElements",
           {f32({2, 2}, {1, 2, 3, 4}), i64({2, 2}, {0, 0, 1, 0})}, "{axis = 1}",
           f32({2, 2}, {1, 1, 4, 3}));
  expectOp("onnx.ScatterElements",
           {f32({1, 5}, {1, 2, 3, 4, 5}), i64({1, 2}, {1, 1}),
            f32({1, 2}, {10, 20})},
           "{axis = 1, reduction = \"add\"}", f32({1, 5}, {1, 32, 3, 4, 5}));
  expectOp("onnx.ScatterND",
           {f32({4}, {1, 2, 3, 4}), i64({2, 1}, {-1, 0}), f32({2}, {9, 8})}, "",
           f32({4}, {8, 2, 3, 9}));
}

TEST_F(ShapeTest, OrderedByValueThenIndex) {
  auto results = tryOp("onnx.TopK", {f32({5}, {1, 3, 3, 2, 3}), i64({1}, {3})},
                       "", "tensor<*xf32>; tensor<*xi64>");
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_TRUE(bool(compare((*results)[0], f32({3}, {3, 3, 3}))));
  EXPECT_TRUE(bool(compare((*results)[1], i64({3}, {1, 2, 4}))));
  expectOp("onnx.ArgMax", {f32({3}, {1, 3, 3})}, "{keepdims = 0}",
           i64({}, {1}));
  expectOp("onnx.ArgMax", {f32({3}, {1, 3, 3})},
           "{keepdims = 0, select_last_index = 1}", i64({}, {2}));
}

TEST_F(ShapeTest, ResizeNearestAndLinear) {
  expectOp("onnx.Resize", {f32({2}, {1, 2}), f32({0}, {}), f32({1}, {2})}, "",
           f32({4}, {1, 1, 2, 2}));
  expectOp("onnx.Resize", {f32({2}, {1, 2}), f32({0}, {}), f32({1}, {2})},
           "{mode = \"linear\"}", f32({4}, {1, 1.25, 1.75, 2}));
}

TEST_F(ShapeTest, ResizeNearestCopiesOneElement) {
  expectOp("onnx.Resize",
           {f32({3}, {1, NAN, INFINITY}), f32({0}, {}), f32({1}, {2})},
           "{coordinate_transformation_mode = \"asymmetric\"}",
           f32({6}, {1, 1, NAN, NAN, INFINITY, INFINITY}));
}

TEST_F(ShapeTest, Reductions) {
  RuntimeValue x = f32({2, 2}, {1, -2, 3, 4}), axes = i64({1}, {1});
  expectOp("onnx.ReduceSum", {x, axes}, "", f32({2, 1}, {-1, 7}));
  expectOp("onnx.ReduceL1", {x, axes}, "{keepdims = 0}", f32({2}, {3, 7}));
  expectOp("onnx.ReduceMax", {x}, "{keepdims = 0}", f32({}, {4}));
  expectOp("onnx.ReduceMean", {i32({3}, {-1, -1, -2})}, "{keepdims = 0}",
           i32({}, {-1}));
  expectOp("onnx.ReduceLogSumExp", {f32({2}, {1000, 1000})}, "{keepdims = 0}",
           f32({}, {1000.693147f}), {0, 1e-6});
  expectOp("onnx.ReduceProd", {f32({2, 0}, {}), axes}, "", f32({2, 1}, {1, 1}));
}

TEST_F(ShapeTest, Einsum) {
  RuntimeValue a = f32({2, 2}, {1, 2, 3, 4});
  expectOp("onnx.Einsum", {a, a}, "{equation = \"ij,jk->ik\"}",
           f32({2, 2}, {7, 10, 15, 22}));
  expectOp("onnx.Einsum", {a}, "{equation = \"ii->i\"}", f32({2}, {1, 4}));
  expectOp("onnx.Einsum", {a}, "{equation = \"...i->...\"}", f32({2}, {3, 7}));
}
