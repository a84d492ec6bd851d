//===- Ml.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The operators of ai.onnx.ml. Operands called features are matrices with a
/// row for each example; a vector is a matrix with one row.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"
#include "onnc/IR/Ops/OnnxMl.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

//===----------------------------------------------------------------------===//
// What several operators share
//===----------------------------------------------------------------------===//

namespace {
/// Features: how many examples, of how many columns.
struct Matrix {
  DimExpr rows, columns;
};
/// Of which type labels or keys are, and how many there are.
struct Labels {
  ElementType type;
  int64_t count;
};
} // namespace

static std::optional<Matrix> requireFeatures(Operation *op, unsigned i = 0) {
  TensorType in = requireTensor(op, i);
  if (!in)
    return std::nullopt;
  if (!in.hasRank())
    return Matrix{unknownDim(op), unknownDim(op)};
  if (in.getRank() == 1)
    return Matrix{dim(op, 1), in.getDim(0)};
  if (in.getRank() == 2)
    return Matrix{in.getDim(0), in.getDim(1)};
  (void)(error(op) << operandName(op, i)
                   << " must be a vector or a matrix, but has rank "
                   << in.getRank());
  return std::nullopt;
}

static size_t countStrings(Operation *op, StringRef attr) {
  auto strings = op->getAttrOfType<StringsAttr>(attr);
  return strings ? strings.getValue().size() : 0;
}

/// The one of the lists \p strings and \p ints that isn't empty.
static std::optional<Labels> requireLabels(Operation *op, StringRef strings,
                                           StringRef ints) {
  size_t numStrings = countStrings(op, strings);
  size_t numInts = op->getInts(ints).size();
  if ((numStrings == 0) == (numInts == 0)) {
    (void)(error(op) << "needs one of the attributes '" << strings << "' and '"
                     << ints << "', but has "
                     << (numInts ? "both" : "neither"));
    return std::nullopt;
  }
  if (numStrings)
    return Labels{ElementType::String, static_cast<int64_t>(numStrings)};
  return Labels{ElementType::I64, static_cast<int64_t>(numInts)};
}

static LogicalResult requireTransform(Operation *op) {
  return requireOneOf(
      op, "post_transform", "NONE",
      {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"});
}

/// Types of a classifier's results: labels and \p numScores scores for each
/// row.
static LogicalResult addClasses(Operation *op, Types &types, ElementType label,
                                DimExpr rows, DimExpr numScores) {
  if (failed(addTensor(op, types, label, {rows})))
    return failure();
  return addTensor(op, types, ElementType::F32, {rows, numScores});
}

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

LogicalResult infer::mlArrayFeatureExtractor(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0), indices = requireTensor(op, 1);
  if (!in || !indices)
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, in.getElementType());
    return success();
  }
  if (in.getRank() == 0)
    return error(op) << operandName(op, 0) << " has no dimension to index";
  Dims shape(in.getShape());
  shape.back() =
      indices.hasRank() ? product(op, indices.getShape()) : unknownDim(op);
  if (shape.size() == 1)
    shape.insert(shape.begin(), dim(op, 1));
  return addTensor(op, types, in.getElementType(), shape);
}

/// The type of operand 0, a map whose keys are of one of the types \p keys.
static MapType requireMap(Operation *op) {
  Value *value = op->getOperand(0);
  auto type = value ? dyn_cast<MapType>(value->getType()) : MapType();
  if (type && isa<TensorType>(type.getValueType()))
    return type;
  (void)(error(op) << operandName(op, 0) << " must be a map to tensors");
  return MapType();
}

LogicalResult infer::mlCastMap(Operation *op, Types &types) {
  MapType map = requireMap(op);
  if (!map ||
      failed(requireOneOf(op, "map_form", "DENSE", {"DENSE", "SPARSE"})) ||
      failed(requireOneOf(op, "cast_to", "TO_FLOAT",
                          {"TO_FLOAT", "TO_STRING", "TO_INT64"})))
    return failure();
  ElementType value = cast<TensorType>(map.getValueType()).getElementType();
  if (map.getKeyType() != ElementType::I64 ||
      (value != ElementType::F32 && value != ElementType::String))
    return error(op) << "needs a map from i64 to f32 or string, not " << map;
  StringRef target = op->getString("cast_to", "TO_FLOAT");
  DimExpr size = op->getString("map_form", "DENSE") == "SPARSE"
                     ? dim(op, op->getInt("max_map", 1))
                     : unknownDim(op);
  return addTensor(op, types,
                   target == "TO_FLOAT"    ? ElementType::F32
                   : target == "TO_STRING" ? ElementType::String
                                           : ElementType::I64,
                   {size});
}

LogicalResult infer::mlCategoryMapper(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  size_t numInts = op->getInts("cats_int64s").size();
  if (countStrings(op, "cats_strings") != numInts)
    return error(op) << "maps " << countStrings(op, "cats_strings")
                     << " strings to " << numInts << " integers";
  return addLike(op, types, in,
                 in.getElementType() == ElementType::String
                     ? ElementType::I64
                     : ElementType::String);
}

LogicalResult infer::mlDictVectorizer(Operation *op, Types &types) {
  MapType map = requireMap(op);
  auto keys = requireLabels(op, "string_vocabulary", "int64_vocabulary");
  if (!map || !keys)
    return failure();
  if (map.getKeyType() != keys->type)
    return error(op) << "has a vocabulary of " << getName(keys->type)
                     << " for keys of " << getName(map.getKeyType());
  return addTensor(op, types,
                   cast<TensorType>(map.getValueType()).getElementType(),
                   {dim(op, keys->count)});
}

LogicalResult infer::mlFeatureVectorizer(Operation *op, Types &types) {
  SmallVector<int64_t, 6> sizes = op->getInts("inputdimensions");
  if (op->getNumOperands() == 0)
    return error(op) << "needs an operand";
  if (!sizes.empty() && sizes.size() != op->getNumOperands())
    return error(op) << "has " << op->getNumOperands() << " operands, but "
                     << sizes.size() << " 'inputdimensions'";
  DimExpr rows = unknownDim(op), columns = dim(op, 0);
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    auto in = requireFeatures(op, i);
    if (!in || !(rows = mergeDims(op, rows, in->rows, "the number of rows")))
      return failure();
    if (!sizes.empty() && sizes[i] < 0)
      return error(op) << "'inputdimensions' has the size " << sizes[i];
    columns = columns + (sizes.empty() ? in->columns : dim(op, sizes[i]));
  }
  return addTensor(op, types, ElementType::F32, {rows, columns});
}

LogicalResult infer::mlNormalizer(Operation *op, Types &types) {
  if (failed(requireOneOf(op, "norm", "MAX", {"MAX", "L1", "L2"})) ||
      !requireFeatures(op))
    return failure();
  return mlToFloat(op, types);
}

LogicalResult infer::mlToFloat(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  return in ? addLike(op, types, in, ElementType::F32) : failure();
}

LogicalResult infer::mlOneHotEncoder(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto categories = requireLabels(op, "cats_strings", "cats_int64s");
  if (!in || !categories)
    return failure();
  bool strings = in.getElementType() == ElementType::String;
  if (strings != (categories->type == ElementType::String))
    return error(op) << "has categories of " << getName(categories->type)
                     << " for elements of " << getName(in.getElementType());
  if (!in.hasRank()) {
    addUnranked(op, types, ElementType::F32);
    return success();
  }
  Dims shape(in.getShape());
  shape.push_back(dim(op, categories->count));
  return addTensor(op, types, ElementType::F32, shape);
}

LogicalResult infer::mlZipMap(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto labels = requireLabels(op, "classlabels_strings", "classlabels_int64s");
  if (!in || !labels ||
      !mergeDims(op, in->columns, dim(op, labels->count),
                 "the number of columns and labels"))
    return failure();
  Type score =
      TensorType::get(op->getContext(), ElementType::F32, ArrayRef<DimExpr>());
  types.push_back(SequenceType::get(MapType::get(labels->type, score)));
  return success();
}

//===----------------------------------------------------------------------===//
// LabelEncoder
//===----------------------------------------------------------------------===//

/// The type and number of what the one of the attributes "<prefix>_…" holds.
static std::optional<Labels> requireCodes(Operation *op, StringRef prefix) {
  SmallVector<Labels, 4> found;
  auto add = [&](ElementType type, size_t count) {
    if (count)
      found.push_back({type, static_cast<int64_t>(count)});
  };
  add(ElementType::String, countStrings(op, (prefix + "_strings").str()));
  add(ElementType::I64, op->getInts((prefix + "_int64s").str()).size());
  add(ElementType::F32, op->getFloats((prefix + "_floats").str()).size());
  if (auto tensor = op->getAttrOfType<ConstantAttr>((prefix + "_tensor").str()))
    found.push_back({tensor.getType().getElementType(),
                     tensor.getType().getNumElements().value_or(0)});
  if (found.size() == 1)
    return found.front();
  (void)(error(op) << "needs one attribute '" << prefix << "_…', but has "
                   << found.size());
  return std::nullopt;
}

LogicalResult infer::mlLabelEncoder(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  auto keys = requireCodes(op, "keys"), values = requireCodes(op, "values");
  if (!in || !keys || !values)
    return failure();
  if (keys->type != in.getElementType())
    return error(op) << "has keys of " << getName(keys->type)
                     << " for elements of " << getName(in.getElementType());
  if (keys->count != values->count)
    return error(op) << "maps " << keys->count << " keys to " << values->count
                     << " values";
  if (auto fallback = op->getAttrOfType<ConstantAttr>("default_tensor"))
    if (fallback.getType().getElementType() != values->type ||
        fallback.getType().getNumElements() != 1)
      return error(op) << "'default_tensor' is a " << fallback.getType()
                       << " where one element of " << getName(values->type)
                       << " is expected";
  return addLike(op, types, in, values->type);
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

LogicalResult infer::mlLinearClassifier(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto labels = requireLabels(op, "classlabels_strings", "classlabels_ints");
  if (!in || !labels || failed(requireTransform(op)))
    return failure();
  DimExpr numScores = unknownDim(op);
  if (auto columns = in->columns.getConstant(); columns && *columns > 0) {
    const int64_t count = op->getFloats("coefficients").size();
    if (count % *columns)
      return error(op) << "has " << count << " coefficients for " << *columns
                       << " columns";
    const int64_t rows = count / *columns;
    numScores = dim(op, rows == 1 && labels->count == 2 ? 2 : rows);
  }
  return addClasses(op, types, labels->type, in->rows, numScores);
}

LogicalResult infer::mlLinearRegressor(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  if (!in || failed(requireTransform(op)))
    return failure();
  return addTensor(op, types, ElementType::F32,
                   {in->rows, dim(op, op->getInt("targets", 1))});
}

LogicalResult infer::mlSvmClassifier(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto labels = requireLabels(op, "classlabels_strings", "classlabels_ints");
  if (!in || !labels || failed(requireTransform(op)) ||
      failed(requireOneOf(op, "kernel_type", "LINEAR",
                          {"LINEAR", "POLY", "RBF", "SIGMOID"})))
    return failure();
  int64_t numScores = labels->count;
  if (!op->getInts("vectors_per_class").empty() &&
      op->getFloats("prob_a").empty() && numScores != 2)
    numScores = numScores * (numScores - 1) / 2;
  return addClasses(op, types, labels->type, in->rows, dim(op, numScores));
}

LogicalResult infer::mlSvmRegressor(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  if (!in || failed(requireTransform(op)) ||
      failed(requireOneOf(op, "kernel_type", "LINEAR",
                          {"LINEAR", "POLY", "RBF", "SIGMOID"})))
    return failure();
  return addTensor(op, types, ElementType::F32, {in->rows, dim(op, 1)});
}

/// The number of targets of a tree ensemble: what "n_targets" says, else one
/// more than the largest number in the attribute \p ids.
static std::optional<int64_t> requireTargets(Operation *op, StringRef ids) {
  int64_t count = op->getInt("n_targets", 0);
  for (int64_t id : op->getInts(ids)) {
    bool valid = id >= 0 && id != INT64_MAX;
    if (!op->getAttr("n_targets"))
      count = std::max(count, valid ? id + 1 : 0);
    if (valid && id < count)
      continue;
    (void)(error(op) << "'" << ids << "' has the target " << id
                     << ", but there are " << count << " targets");
    return std::nullopt;
  }
  return count;
}

LogicalResult infer::mlTreeEnsemble(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto targets = requireTargets(op, "leaf_targetids");
  if (!in || !targets)
    return failure();
  auto requireRange = [&](StringRef attr, int64_t fallback, int64_t size) {
    int64_t value = op->getInt(attr, fallback);
    if (value >= 0 && value < size)
      return success();
    return LogicalResult(error(op) << "'" << attr << "' is " << value
                                   << ", which is none of 0 to " << size - 1);
  };
  if (failed(requireRange("post_transform", 0, 5)) ||
      failed(requireRange("aggregate_function", 1, 4)))
    return failure();
  return addTensor(op, types,
                   op->getOperand(0)->getTensorType().getElementType(),
                   {in->rows, dim(op, *targets)});
}

LogicalResult infer::mlTreeEnsembleClassifier(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto labels = requireLabels(op, "classlabels_strings", "classlabels_int64s");
  if (!in || !labels || failed(requireTransform(op)))
    return failure();
  return addClasses(op, types, labels->type, in->rows,
                    dim(op, std::max<int64_t>(labels->count, 2)));
}

LogicalResult infer::mlTreeEnsembleRegressor(Operation *op, Types &types) {
  auto in = requireFeatures(op);
  auto targets = requireTargets(op, "target_ids");
  if (!in || !targets || failed(requireTransform(op)) ||
      failed(requireOneOf(op, "aggregate_function", "SUM",
                          {"AVERAGE", "SUM", "MIN", "MAX"})))
    return failure();
  return addTensor(op, types, ElementType::F32, {in->rows, dim(op, *targets)});
}
