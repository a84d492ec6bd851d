//===- MlTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The operators of ai.onnx.ml that prepare features, and what models do with
/// scores.
///
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <cmath>

using namespace onnc;

namespace {
class MlTest : public InterpFixture {
protected:
  /// Result 0 of \p op, whose operand is \p map of type \p mapType.
  llvm::Expected<RuntimeValues> tryMap(llvm::StringRef op, MapValue map,
                                       llvm::StringRef mapType,
                                       llvm::StringRef attributes,
                                       llvm::StringRef resultType) {
    std::string signature =
        "(" + mapType.str() + ") -> (" + resultType.str() + ")";
    auto module = parse("graph @main(%x: " + mapType.str() +
                        ") -> (\"y\") {\n%y = " + op.str() + "(%x) " +
                        attributes.str() + " : " + signature +
                        "\nreturn(%y) : (" + resultType.str() + ") -> ()\n}");
    if (!module)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     diagnostics);
    return run(*module->getMain(), {RuntimeValue::map(std::move(map))});
  }
};
} // namespace

static TensorValue strings(llvm::ArrayRef<int64_t> shape,
                           std::vector<std::string> values) {
  return TensorValue::of<std::string>(ElementType::String, shape, values);
}
static TensorValue f64(llvm::ArrayRef<int64_t> shape,
                       std::vector<double> values) {
  return TensorValue::of<double>(ElementType::F64, shape, values);
}

TEST_F(MlTest, ArrayFeatureExtractor) {
  expectOp("onnx_ml.ArrayFeatureExtractor",
           {f32({2, 3}, {1, 2, 3, 4, 5, 6}), i64({1, 2}, {2, 0})}, "",
           f32({2, 2}, {3, 1, 6, 4}));
  expectOp("onnx_ml.ArrayFeatureExtractor",
           {strings({3}, {"a", "b", "c"}), i64({1}, {1})}, "",
           strings({1, 1}, {"b"}));
  EXPECT_NE(opError("onnx_ml.ArrayFeatureExtractor",
                    {f32({2}, {1, 2}), i64({1}, {2})}, "", "tensor<*xf32>")
                .find("index 2 is out of range for 2 columns"),
            std::string::npos);
}

TEST_F(MlTest, BinarizerAndScaler) {
  expectOp("onnx_ml.Binarizer", {i32({3}, {-1, 1, 2})}, "{threshold = 1.0}",
           i32({3}, {0, 0, 1}));
  expectOp("onnx_ml.Scaler", {i64({2, 2}, {1, 2, 3, 4})},
           "{offset = [1.0, 2.0], scale = [0.5]}", f32({2, 2}, {0, 0, 1, 1}));
  EXPECT_NE(opError("onnx_ml.Scaler", {f32({1, 3}, {1, 2, 3})},
                    "{offset = [1.0, 2.0]}", "tensor<*xf32>")
                .find("'offset' has 2 elements where 3 are expected"),
            std::string::npos);
}

TEST_F(MlTest, Imputer) {
  expectOp("onnx_ml.Imputer", {f32({2, 2}, {NAN, 1, 2, NAN})},
           "{imputed_value_floats = [5.0, 6.0], replaced_value_float = "
           "0x7ff8000000000000:f64}",
           f32({2, 2}, {5, 1, 2, 6}));
  expectOp("onnx_ml.Imputer", {i32({3}, {7, 1, 7})},
           "{imputed_value_int64s = [-1], replaced_value_int64 = 7}",
           i32({3}, {-1, 1, -1}));
  EXPECT_NE(opError("onnx_ml.Imputer", {i32({1}, {0})},
                    "{imputed_value_int64s = [5000000000]}", "tensor<*xi32>")
                .find("no element can hold"),
            std::string::npos);
  EXPECT_NE(opError("onnx_ml.Imputer", {f32({2}, {0, 0})},
                    "{imputed_value_int64s = [5]}", "tensor<*xf32>")
                .find("'imputed_value_floats' has 0 elements"),
            std::string::npos);
}

TEST_F(MlTest, Normalizer) {
  RuntimeValue x = f32({3, 2}, {3, -4, 0, 0, 1e30f, 1e30f});
  expectOp("onnx_ml.Normalizer", {x}, "{norm = \"MAX\"}",
           f32({3, 2}, {0.75, -1, 0, 0, 1, 1}));
  expectOp("onnx_ml.Normalizer", {x}, "{norm = \"L1\"}",
           f32({3, 2}, {3.0f / 7, -4.0f / 7, 0, 0, 0.5, 0.5}));
  expectOp("onnx_ml.Normalizer", {x}, "{norm = \"L2\"}",
           f32({3, 2}, {0.6f, -0.8f, 0, 0, float(M_SQRT1_2), float(M_SQRT1_2)}),
           {1e-7, 0, false});
}

TEST_F(MlTest, OneHotEncoder) {
  expectOp("onnx_ml.OneHotEncoder", {f64({3}, {2.9, -1, 1})},
           "{cats_int64s = [1, 2]}", f32({3, 2}, {0, 1, 0, 0, 1, 0}));
  EXPECT_NE(opError("onnx_ml.OneHotEncoder", {strings({1, 2}, {"a", "c"})},
                    "{cats_strings = [\"a\", \"b\"], zeros = 0}",
                    "tensor<*xf32>")
                .find("element 1 has no category"),
            std::string::npos);
}

TEST_F(MlTest, FeatureVectorizer) {
  expectOp("onnx_ml.FeatureVectorizer",
           {f32({2, 1}, {1, 4}), f32({2, 3}, {2, 3, 9, 5, 6, 9})},
           "{inputdimensions = [2, 2]}", f32({2, 4}, {1, 0, 2, 3, 4, 0, 5, 6}));
  expectOp("onnx_ml.FeatureVectorizer", {i64({2}, {1, 2}), i64({1}, {3})}, "",
           f32({1, 3}, {1, 2, 3}));
}

TEST_F(MlTest, LabelEncoder) {
  expectOp("onnx_ml.LabelEncoder", {f32({4}, {NAN, -0.0f, 1, 2})},
           "{keys_floats = [0x7ff8000000000000:f64, 0.0, 1.0], "
           "values_strings = [\"n\", \"z\", \"o\"]}",
           strings({4}, {"n", "z", "o", "_Unused"}));
  expectOp("onnx_ml.LabelEncoder", {strings({2, 1}, {"a", "b"})},
           "{keys_strings = [\"a\"], values_floats = [0.5]}",
           f32({2, 1}, {0.5, -0.0f}));
  expectOp("onnx_ml.LabelEncoder", {i32({2}, {3, 4})},
           "{keys_tensor = dense<tensor<1xi32>, [3]>, "
           "values_tensor = dense<tensor<1xf64>, [0.25]>, "
           "default_tensor = dense<tensor<1xf64>, [8.0]>}",
           f64({2}, {0.25, 8}));
  auto expectError = [&](const char *attributes, const char *text) {
    std::string error = opError("onnx_ml.LabelEncoder", {i64({1}, {1})},
                                attributes, "tensor<*xi64>");
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  expectError("{keys_int64s = [1], values_int64s = [1, 2]}",
              "1 keys for 2 values");
  expectError("{keys_floats = [1.0], values_int64s = [1]}",
              "the keys are of f32 for elements of i64");
  expectError("{keys_int64s = [1]}", "1 keys for 0 values");
}

TEST_F(MlTest, CategoryMapper) {
  const char *map = "{cats_strings = [\"a\", \"b\"], cats_int64s = [4, 7]}";
  expectOp("onnx_ml.CategoryMapper", {strings({3}, {"b", "x", "a"})}, map,
           i64({3}, {7, -1, 4}));
  expectOp("onnx_ml.CategoryMapper", {i64({2}, {7, 5})}, map,
           strings({2}, {"b", "_Unused"}));
}

TEST_F(MlTest, Maps) {
  MapValue map;
  map.entries = {{int64_t(4), f32({}, {1.5})}, {int64_t(1), f32({}, {2.5})}};
  const char *type = "map<i64, tensor<f32>>";
  auto check = [&](const char *op, const char *attributes,
                   const TensorValue &expected) {
    auto results =
        tryMap(op, map, type, attributes,
               "tensor<*x" + getName(expected.getElementType()).str() + ">");
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    auto result = compare((*results)[0], expected);
    EXPECT_TRUE(bool(result)) << result.firstMismatch;
  };
  check("onnx_ml.CastMap", "", f32({2}, {2.5, 1.5}));
  check("onnx_ml.CastMap", "{cast_to = \"TO_INT64\"}", i64({2}, {2, 1}));
  check("onnx_ml.CastMap",
        "{cast_to = \"TO_STRING\", map_form = \"SPARSE\", max_map = 5}",
        strings({5}, {"", "2.5", "", "", "1.5"}));
  check("onnx_ml.DictVectorizer", "{int64_vocabulary = [4, 3, 1]}",
        f32({3}, {1.5, 0, 2.5}));
  auto expectError = [&](const char *op, const char *attributes,
                         const char *text) {
    auto results = tryMap(op, map, type, attributes, "tensor<*xf32>");
    ASSERT_FALSE(bool(results));
    std::string error = llvm::toString(results.takeError());
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  expectError("onnx_ml.CastMap", "{map_form = \"SPARSE\", max_map = 4}",
              "the key 4 is none of 0 to 3");
  expectError("onnx_ml.DictVectorizer", "{int64_vocabulary = [4]}",
              "the key 1 isn't in the vocabulary");
  expectError("onnx_ml.DictVectorizer", "{string_vocabulary = [\"a\"]}",
              "keys are of another type than expected");
}

TEST_F(MlTest, ZipMap) {
  auto results = tryOp("onnx_ml.ZipMap", {f32({2, 2}, {1, 2, 3, 4})},
                       "{classlabels_strings = [\"a\", \"b\"]}",
                       "sequence<map<string, tensor<f32>>>");
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  auto maps = (*results)[0].getSequence();
  ASSERT_EQ(maps.size(), 2u);
  const auto &entries = maps[1].getMap().entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(std::get<std::string>(entries[1].first), "b");
  EXPECT_TRUE(compare(entries[1].second, f32({}, {4})));
  EXPECT_NE(opError("onnx_ml.ZipMap", {f32({1, 2}, {1, 2})},
                    "{classlabels_int64s = [1]}",
                    "sequence<map<i64, tensor<f32>>>")
                .find("1 labels for 2 columns"),
            std::string::npos);
}

TEST_F(MlTest, PostTransforms) {
  // Two targets whose scores are the inputs.
  auto check = [&](const char *transform, std::vector<float> x,
                   std::vector<float> y) {
    expectOp("onnx_ml.LinearRegressor", {f32({1, 2}, x)},
             std::string("{coefficients = [1.0, 0.0, 0.0, 1.0], targets = 2, "
                         "post_transform = \"") +
                 transform + "\"}",
             f32({1, 2}, y), {1e-6, 1e-6, false});
  };
  check("NONE", {2, 0}, {2, 0});
  check("LOGISTIC", {2, 0}, {0.880797078f, 0.5});
  check("SOFTMAX", {2, 0}, {0.880797078f, 0.119202922f});
  check("SOFTMAX_ZERO", {2, 0}, {1, 0});
  check("SOFTMAX_ZERO", {0, 0}, {0.5, 0.5});
  check("PROBIT", {0.975f, 0.5}, {1.95996398f, 0});
}

TEST_F(MlTest, LinearClassifier) {
  auto labels = [&](const char *attributes, const char *type) {
    auto results = tryOp("onnx_ml.LinearClassifier", {f64({2}, {1, -3})},
                         attributes, type);
    if (!results)
      return llvm::toString(results.takeError());
    const TensorValue &y = (*results)[0].getTensor();
    return y.isString() ? y.elements<std::string>()[0]
                        : std::to_string(y.elements<int64_t>()[0]);
  };
  const char *ints = "tensor<*xi64>; tensor<*xf32>";
  EXPECT_EQ(labels("{coefficients = [1.0, 1.0], classlabels_strings = "
                   "[\"no\", \"yes\"]}",
                   "tensor<*xstring>; tensor<*xf32>"),
            "no");
  EXPECT_EQ(labels("{coefficients = [1.0, 1.0], intercepts = [2.0], "
                   "classlabels_ints = [9]}",
                   ints),
            "9");
  EXPECT_EQ(labels("{coefficients = [1.0, 1.0], classlabels_ints = [9]}", ints),
            "0");
  EXPECT_NE(
      labels("{coefficients = [1.0, 1.0, 1.0], classlabels_ints = [1]}", ints)
          .find("'coefficients' has 3 elements where 2 are expected"),
      std::string::npos);
  EXPECT_NE(labels("{coefficients = [1.0, 1.0]}", ints).find("is needed"),
            std::string::npos);
}

TEST_F(MlTest, SupportVectorMachinesReject) {
  auto expectError = [&](const char *attributes, const char *text) {
    std::string error =
        opError("onnx_ml.SVMClassifier", {f32({1, 2}, {1, 2})},
                "{classlabels_ints = [0, 1], vectors_per_class = [1, 1], " +
                    std::string(attributes) + "}",
                "tensor<*xi64>; tensor<*xf32>");
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  const std::string vectors = "support_vectors = [1.0, 2.0, 3.0, 4.0], ";
  expectError("support_vectors = [1.0], coefficients = [1.0, 1.0], rho = [0.0]",
              "'support_vectors' has 1 elements where 4 are expected");
  expectError((vectors + "coefficients = [1.0], rho = [0.0]").c_str(),
              "'coefficients' has 1 elements where 2 are expected");
  expectError((vectors + "coefficients = [1.0, 1.0]").c_str(),
              "'rho' is missing");
  expectError((vectors + "coefficients = [1.0, 1.0], rho = [0.0], "
                         "prob_a = [1.0]")
                  .c_str(),
              "'prob_b' has 0 elements where 1 are expected");
  expectError((vectors + "coefficients = [1.0, 1.0], rho = [0.0], "
                         "kernel_type = \"RBF\", kernel_params = [1.0]")
                  .c_str(),
              "'kernel_params' has 1 elements where 3 are expected");
  // Without columns, any number of vectors has as many elements as there are.
  std::string error = opError(
      "onnx_ml.SVMRegressor", {f32({2, 0}, {})},
      "{n_supports = 1152921504606846976, coefficients = [1.0], rho = [0.0]}",
      "tensor<*xf32>");
  EXPECT_NE(error.find("the input has no columns"), std::string::npos) << error;
}

TEST_F(MlTest, RowsWithoutColumnsTakeRoom) {
  std::string error =
      opError("onnx_ml.LinearRegressor", {f32({int64_t(1) << 33, 0}, {})},
              "{targets = 2, coefficients = [], intercepts = [1.0, 2.0]}",
              "tensor<*xf32>");
  EXPECT_NE(error.find("exceeds the limit"), std::string::npos) << error;
}
