//===- Forest.h - Ensembles of decision trees ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_ML_FOREST_H
#define ONNC_LIB_INTERP_KERNELS_ML_FOREST_H

#include "../../Kernel.h"

namespace onnc::interp {

/// The trees of an ensemble in one form, whichever operator states them. A
/// forest that was read is sound: children exist and no path is a circle.
/// Branches may share children.
class Forest {
public:
  /// In the order of TreeEnsemble's numbers.
  enum class Mode : uint8_t { LE, LT, GE, GT, EQ, NE, Member };

  struct Child {
    bool isLeaf;
    int64_t index;
  };
  struct Branch {
    Mode mode;
    /// Where NaN goes.
    bool missingIsTrue;
    int64_t feature;
    double split;
    /// Sorted; for Mode::Member.
    std::vector<double> members;
    Child onTrue, onFalse;

    bool takes(double value) const;
  };
  /// What a leaf says of a target or class.
  struct Vote {
    int64_t target;
    double weight;
  };

  /// From the attributes of TreeEnsemble.
  static llvm::Expected<Forest> get(const KernelContext &ctx);
  /// From those of TreeEnsembleClassifier and -Regressor, whose votes are in
  /// attributes "<votes>_…".
  static llvm::Expected<Forest> getOld(const KernelContext &ctx,
                                       llvm::StringRef votes);

  /// An error where a branch that trees reach looks at a feature beyond
  /// \p columns, or a vote is for a target beyond \p targets.
  llvm::Error check(int64_t columns, int64_t targets) const;

  unsigned getNumTrees() const { return roots.size(); }
  llvm::ArrayRef<llvm::SmallVector<Vote, 1>> getLeaves() const {
    return leaves;
  }
  /// The votes of the leaf that \p row reaches in a tree.
  llvm::ArrayRef<Vote> find(unsigned tree, llvm::ArrayRef<double> row) const;

private:
  /// An error where a path from a root never ends.
  llvm::Error checkPaths() const;

  std::vector<Branch> branches;
  std::vector<llvm::SmallVector<Vote, 1>> leaves;
  std::vector<Child> roots;

  friend class ForestReader;
  friend class OldForestReader;
};

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_ML_FOREST_H
