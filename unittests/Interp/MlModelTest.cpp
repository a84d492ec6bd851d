//===- MlModelTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Models of ai.onnx.ml, against what scikit-learn predicts with them.
///
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"
#include <cmath>

using namespace onnc;

namespace {
class MlModelTest : public InterpFixture {};

struct ModelCase {
  llvm::StringRef name, op, attributes;
  /// For a classifier.
  std::vector<int64_t> labels;
  std::vector<float> scores;
};
} // namespace

#include "Inputs/SklearnCases.inc"

TEST_F(MlModelTest, PredictsAsScikitLearnDoes) {
  const int64_t count = rows.size() / 3;
  for (const ModelCase &model : models) {
    SCOPED_TRACE(model.name.str());
    const bool classifies = !model.labels.empty();
    auto results =
        tryOp(model.op, {f32({count, 3}, rows)}, model.attributes,
              classifies ? "tensor<*xi64>; tensor<*xf32>" : "tensor<*xf32>");
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    const int64_t columns = model.scores.size() / count;
    auto scores =
        compare((*results)[classifies], f32({count, columns}, model.scores),
                {1e-5, 1e-5, false});
    EXPECT_TRUE(bool(scores)) << scores.firstMismatch;
    if (classifies) {
      auto labels = compare((*results)[0], i64({count}, model.labels));
      EXPECT_TRUE(bool(labels)) << labels.firstMismatch;
    }
  }
}

//===----------------------------------------------------------------------===//
// TreeEnsemble
//===----------------------------------------------------------------------===//

/// Two trees over two features: x0 ≤ 1 ? leaf 0 : (x1 in {2, 5} ? leaf 1 : leaf
/// 2), and x1 > 3 ? leaf 3 : leaf 4. Leaves 0, 1, 3 are for target 0.
static std::string forest(llvm::StringRef change = "",
                          llvm::StringRef by = "") {
  std::string text = R"({tree_roots = [0, 2], n_targets = 2,
    nodes_featureids = [0, 1, 1], nodes_truenodeids = [0, 1, 3],
    nodes_falsenodeids = [1, 2, 4], nodes_trueleafs = [1, 1, 1],
    nodes_falseleafs = [0, 1, 1], leaf_targetids = [0, 0, 1, 0, 1],
    nodes_missing_value_tracks_true = [1, 0, 0],
    nodes_modes = dense<tensor<3xu8>, [0, 6, 3]>,
    nodes_splits = dense<tensor<3xf32>, [1.0, 0.0, 3.0]>,
    leaf_weights = dense<tensor<5xf32>, [1.0, 2.0, 4.0, 8.0, 16.0]>,
    membership_values = dense<tensor<3xf32>, [5.0, 2.0, 0x7fc00000]>})";
  size_t at = text.find(change.str());
  EXPECT_NE(at, std::string::npos) << change.str();
  return text.replace(at, change.size(), by.str());
}

TEST_F(MlModelTest, TreeEnsemble) {
  const float nan = std::nanf("");
  RuntimeValue x = f32({5, 2}, {1, 5, 2, 5, 2, 3, nan, 0, 2, nan});
  expectOp("onnx_ml.TreeEnsemble", {x}, forest(),
           f32({5, 2}, {9, 0, 10, 0, 0, 20, 1, 16, 0, 20}));
  expectOp("onnx_ml.TreeEnsemble", {x},
           forest("n_targets = 2", "n_targets = 2, aggregate_function = 0"),
           f32({5, 2}, {4.5, 0, 5, 0, 0, 10, 0.5, 8, 0, 10}));
  expectOp("onnx_ml.TreeEnsemble", {x},
           forest("n_targets = 2", "n_targets = 2, aggregate_function = 2"),
           f32({5, 2}, {1, 0, 2, 0, 0, 4, 1, 16, 0, 4}));
  expectOp("onnx_ml.TreeEnsemble", {x},
           forest("n_targets = 2", "aggregate_function = 3"),
           f32({5, 2}, {8, 0, 8, 0, 0, 16, 1, 16, 0, 16}));
}

TEST_F(MlModelTest, TreeEnsembleRejects) {
  RuntimeValue x = f32({1, 2}, {1, 5});
  auto error = [&](llvm::StringRef change, llvm::StringRef by) {
    return opError("onnx_ml.TreeEnsemble", {x}, forest(change, by),
                   "tensor<*xf32>");
  };
  auto expectError = [&](llvm::StringRef change, llvm::StringRef by,
                         const char *text) {
    EXPECT_NE(error(change, by).find(text), std::string::npos)
        << error(change, by);
  };
  expectError("tree_roots = [0, 2]", "tree_roots = [3]", "no branch 3 among 3");
  expectError("nodes_truenodeids = [0, 1, 3]", "nodes_truenodeids = [0, 1]",
              "'nodes_truenodeids' has 2 elements where 3 are expected");
  expectError("nodes_truenodeids = [0, 1, 3]", "nodes_truenodeids = [0, 9, 3]",
              "no leaf 9 among 5");
  expectError("nodes_trueleafs = [1, 1, 1]", "nodes_trueleafs = [0, 1, 1]",
              "branch 0 is its own descendant");
  expectError("nodes_featureids = [0, 1, 1]", "nodes_featureids = [0, 2, 1]",
              "feature 2 of 2");
  expectError("[0, 6, 3]", "[0, 7, 3]", "'nodes_modes' has 7");
  expectError("[5.0, 2.0, 0x7fc00000]", "[5.0, 0x7fc00000, 0x7fc00000]",
              "more sets");
  expectError("[0, 6, 3]", "[6, 6, 3]", "less sets");
  expectError("leaf_targetids = [0, 0, 1, 0, 1]",
              "leaf_targetids = [0, 0, 1, 0, 2]", "target 2 of 2");
  expectError("n_targets = 2", "n_targets = 1000000000000000",
              "exceeds the limit");
  expectError("n_targets = 2", "n_targets = 2, post_transform = 5",
              "'post_transform' is 5");
}

TEST_F(MlModelTest, OldTreesReject) {
  auto error = [&](llvm::StringRef nodes) {
    return opError("onnx_ml.TreeEnsembleRegressor", {f32({1, 1}, {1})},
                   "{nodes_treeids = [0, 0, 0], nodes_featureids = [0, 0, 0], "
                   "target_treeids = [0], target_ids = [0], "
                   "target_weights = [1.0], nodes_values = [0.0, 0.0, 0.0], " +
                       nodes.str() + "}",
                   "tensor<*xf32>");
  };
  auto expectError = [&](llvm::StringRef nodes, const char *text) {
    EXPECT_NE(error(nodes).find(text), std::string::npos) << error(nodes);
  };
  const std::string leaves = "target_nodeids = [2], nodes_nodeids = [0, 1, 2], "
                             "nodes_modes = [\"BRANCH_LT\", ";
  expectError(leaves + "\"LEAF\", \"LEAF\"], nodes_truenodeids = [1, 0, 0], "
                       "nodes_falsenodeids = [3, 0, 0]",
              "tree 0 has no node 3");
  expectError(leaves + "\"LEAF\", \"LEAF\"], nodes_truenodeids = [1, 0, 0], "
                       "nodes_falsenodeids = [1, 0, 0]",
              "node 2 of tree 0 is a second root");
  expectError(leaves + "\"BRANCH_GT\", \"LEAF\"], "
                       "nodes_truenodeids = [1, 0, 0], "
                       "nodes_falsenodeids = [2, 2, 0]",
              "tree 0 has no root");
  expectError(leaves + "\"BRANCH_X\", \"LEAF\"], "
                       "nodes_truenodeids = [1, 2, 0], "
                       "nodes_falsenodeids = [2, 2, 0]",
              "\"BRANCH_X\"");
  expectError("target_nodeids = [0], nodes_nodeids = [0, 1, 1], "
              "nodes_modes = [\"BRANCH_LT\", \"LEAF\", \"LEAF\"], "
              "nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [1, 0, 0]",
              "tree 0 has node 1 twice");
  expectError("target_nodeids = [0], nodes_nodeids = [0, 1, 2], "
              "nodes_modes = [\"BRANCH_LT\", \"LEAF\", \"LEAF\"], "
              "nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0]",
              "node 0 of tree 0 is no leaf, but has a weight");
}

TEST_F(MlModelTest, VotesForOneOfTwoClasses) {
  const char *tree =
      "nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], "
      "nodes_featureids = [0, 0, 0], nodes_values = [0.0, 0.0, 0.0], "
      "nodes_modes = [\"BRANCH_LT\", \"LEAF\", \"LEAF\"], "
      "nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], "
      "class_treeids = [0, 0], class_nodeids = [1, 2], class_ids = [0, 0], ";
  RuntimeValue x = f32({2, 1}, {-1, 1});
  auto check = [&](const char *rest, std::vector<std::string> labels,
                   std::vector<float> scores) {
    auto results = tryOp("onnx_ml.TreeEnsembleClassifier", {x},
                         std::string("{") + tree + rest + "}",
                         "tensor<*xstring>; tensor<*xf32>");
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    EXPECT_TRUE(compare((*results)[0], TensorValue::of<std::string>(
                                           ElementType::String, {2}, labels)));
    EXPECT_TRUE(compare((*results)[1], f32({2, 2}, scores), {1e-6, 0, false}));
  };
  check("class_weights = [0.25, 0.75], classlabels_strings = [\"a\", \"b\"]",
        {"a", "b"}, {0.75, 0.25, 0.25, 0.75});
  check("class_weights = [-2.0, 3.0], classlabels_strings = [\"a\", \"b\"]",
        {"a", "b"}, {2, -2, -3, 3});
  check("class_weights = [-2.0, 3.0], classlabels_strings = [\"a\"]", {"", "a"},
        {2, -2, -3, 3});
}
