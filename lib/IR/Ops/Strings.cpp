//===- Strings.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operators on strings and on encoded images: what is known before they run.
///
//===----------------------------------------------------------------------===//

#include "InferUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::infer;

LogicalResult infer::stringSplit(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in)
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, ElementType::String);
  } else {
    Dims parts(in.getShape());
    parts.push_back(unknownDim(op));
    if (failed(addTensor(op, types, ElementType::String, parts)))
      return failure();
  }
  return addLike(op, types, in, ElementType::I64);
}

LogicalResult infer::stringNormalizer(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireOneOf(op, "case_change_action", "NONE",
                                 {"LOWER", "UPPER", "NONE"})))
    return failure();
  if (!in.hasRank()) {
    addUnranked(op, types, ElementType::String);
    return success();
  }
  if (in.getRank() != 1 && in.getRank() != 2)
    return error(op) << "needs a vector or a matrix with one row, not rank "
                     << in.getRank();
  Dims shape(in.getShape());
  if (shape.size() == 2) {
    shape[0] = mergeDims(op, shape[0], dim(op, 1), "the number of rows");
    if (!shape[0])
      return failure();
  }
  auto stopWords = op->getAttrOfType<StringsAttr>("stopwords");
  // An empty result is one empty string.
  if ((stopWords && !stopWords.getValue().empty()) ||
      !isAtLeast(op, shape.back(), 1))
    shape.back() = unknownDim(op);
  return addTensor(op, types, ElementType::String, shape);
}

LogicalResult infer::tfIdfVectorizer(Operation *op, Types &types) {
  TensorType in = requireTensor(op, 0);
  if (!in || failed(requireOneOf(op, "mode", "", {"TF", "IDF", "TFIDF"})))
    return failure();
  int64_t last = -1;
  for (int64_t column : op->getInts("ngram_indexes")) {
    if (column < 0 || column == INT64_MAX)
      return error(op) << "'ngram_indexes' has the column " << column;
    last = std::max(last, column);
  }
  if (!in.hasRank()) {
    addUnranked(op, types, ElementType::F32);
    return success();
  }
  if (in.getRank() != 1 && in.getRank() != 2)
    return error(op) << "needs a sequence or a batch of sequences, not rank "
                     << in.getRank();
  Dims shape(in.getShape());
  shape.back() = dim(op, last + 1);
  return addTensor(op, types, ElementType::F32, shape);
}

LogicalResult infer::imageDecoder(Operation *op, Types &types) {
  if (!requireTensor(op, 0) || failed(requireRank(op, 0, 1)) ||
      failed(
          requireOneOf(op, "pixel_format", "RGB", {"RGB", "BGR", "Grayscale"})))
    return failure();
  bool gray = op->getString("pixel_format", "RGB") == "Grayscale";
  return addTensor(op, types, ElementType::U8,
                   {unknownDim(op), unknownDim(op), dim(op, gray ? 1 : 3)});
}
