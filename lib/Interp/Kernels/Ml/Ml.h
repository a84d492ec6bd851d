//===- Ml.h - What the kernels of ai.onnx.ml share ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Attributes as numbers, features as rows, labels, and what turns scores into
/// others. Models compute in double and round their results once.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_ML_ML_H
#define ONNC_LIB_INTERP_KERNELS_ML_ML_H

#include "../../Kernel.h"

namespace onnc::interp {

// Attributes ------------------------------------------------------------------

/// The list of floats \p name or, where it is absent, the tensor
/// "<name>_as_tensor"; empty where neither is there.
llvm::Expected<std::vector<double>> getReals(const KernelContext &ctx,
                                             llvm::StringRef name);
/// The tensor \p name of floats, or of integers.
llvm::Expected<std::vector<double>> getRealTensor(const KernelContext &ctx,
                                                  llvm::StringRef name);
llvm::Expected<std::vector<int64_t>> getIntTensor(const KernelContext &ctx,
                                                  llvm::StringRef name);
/// The list of strings \p name; empty where it is absent.
llvm::ArrayRef<std::string> getStrings(const Operation &op,
                                       llvm::StringRef name);

/// Which of \p choices the string \p name is, the first where it is absent.
llvm::Expected<size_t> getChoice(const Operation &op, llvm::StringRef name,
                                 llvm::ArrayRef<llvm::StringRef> choices);

/// "'coefficients' has 3 elements where 4 are expected", unless it has.
llvm::Error checkSize(llvm::StringRef name, size_t size, size_t expected);

// Features --------------------------------------------------------------------

/// A matrix with a row for each example.
struct Rows {
  int64_t count, columns;
  std::vector<double> values;

  llvm::ArrayRef<double> operator[](int64_t i) const {
    return llvm::ArrayRef(values).slice(i * columns, columns);
  }
};

/// A vector or matrix; a vector is one row.
llvm::Expected<Rows> loadRows(const TensorValue &x);
/// An error where \p columns numbers for each of \p rows are too many: rows
/// without elements take no memory before.
llvm::Error checkRoom(const KernelContext &ctx, int64_t rows, int64_t columns);

// Classes ---------------------------------------------------------------------

/// The labels of a classifier's classes.
class Labels {
public:
  /// "classlabels_strings" or the attribute \p ints; an error unless one of
  /// them is there.
  static llvm::Expected<Labels> get(const Operation &op, llvm::StringRef ints);

  int64_t size() const { return std::max(strings.size(), integers.size()); }
  /// A vector of the labels of \p classes; 0 or "" for a negative one.
  llvm::Expected<TensorValue> select(KernelContext &ctx,
                                     llvm::ArrayRef<int64_t> classes) const;
  /// The values of a map, one for each label.
  MapValue zip(llvm::ArrayRef<RuntimeValue> values) const;

private:
  llvm::ArrayRef<std::string> strings;
  llvm::SmallVector<int64_t, 6> integers;
};

/// The index of the largest score, the first of equals.
int64_t findLargest(llvm::ArrayRef<double> scores);

/// Sets the results of a classifier: the labels of \p classes, one for each
/// row, and \p scores, a matrix with \p columns.
llvm::Error finishClasses(KernelContext &ctx, const Labels &labels,
                          llvm::ArrayRef<int64_t> classes,
                          llvm::ArrayRef<double> scores, int64_t columns);

// Scores ----------------------------------------------------------------------

/// In the order of TreeEnsemble's numbers.
enum class PostTransform { None, Softmax, Logistic, SoftmaxZero, Probit };

/// What the string "post_transform" says.
llvm::Expected<PostTransform> getPostTransform(const Operation &op);

/// Of the scores of one row. SoftmaxZero is Softmax where scores of (nearly)
/// zero stay; Probit is the inverse of the normal distribution's function.
void applyTransform(PostTransform transform,
                    llvm::MutableArrayRef<double> scores);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_ML_ML_H
