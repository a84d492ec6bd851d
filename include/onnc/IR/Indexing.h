//===- Indexing.h - Which elements an operation reads -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The indexing of an operation: its iteration space, and for every operand and
/// result which element an iteration touches. Records state it (Op::indexing
/// names a function of namespace onnc::indexing); everything that cuts
/// operations into pieces derives from it: tiles, halos and what recomputing
/// them costs, splits over cores, storage that a result may share with an
/// operand, fusion of producers into consumers.
///
///   onnx.Conv:  dims     n<1> m<64> y<56> x<56> | c<32> ky<3> kx<3>
///               Y        [n, m, y, x]
///               X        [n, c, y + ky - 1, x + kx - 1]
///               W        [m, c, ky, kx]
///               B        [m]
///               partial results combine by: sum
///
/// An iteration is a point of the product of the dimensions' ranges. Parallel
/// dimensions belong to results; reduction dimensions (behind the bar) are
/// summed up, or combined otherwise. Where an index falls outside of the
/// operand, nothing is read (that is padding, and Concat). A dimension that
/// can't be cut is none of the iteration's: operands and results are then
/// accessed along it as a whole ("*").
///
/// Indexing is of static shapes: with symbols there is none.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_INDEXING_H
#define ONNC_IR_INDEXING_H

#include "onnc/IR/Affine.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace onnc {

class Operation;

struct IterationDim {
  /// For people: "y", "ky".
  llvm::StringRef name;
  int64_t extent;
  bool isReduction = false;
};

/// coefficient · (⌊d / divisor⌋ mod modulus); modulus 0: none.
struct IndexTerm {
  unsigned dim;
  int64_t coefficient = 1;
  int64_t divisor = 1;
  int64_t modulus = 0;
};

/// ⌊(constant + Σ terms) / divisor⌋ mod modulus, the index along one dimension
/// of a tensor.
struct IndexExpr {
  llvm::SmallVector<IndexTerm, 2> terms;
  int64_t constant = 0;
  int64_t divisor = 1;
  int64_t modulus = 0;
  /// The index isn't the one above but lies at most this many below or above it
  /// (neighbours that an interpolation reads).
  int64_t below = 0;
  int64_t above = 0;
  /// Any index along the dimension; all else is then ignored.
  bool whole = false;

  static IndexExpr dim(unsigned i, int64_t coefficient = 1,
                       int64_t constant = 0);
  static IndexExpr all();
  static IndexExpr value(int64_t constant);

  bool isExact() const { return !whole && !below && !above; }
  /// The dimension, if the index is that dimension's counter plus the constant.
  std::optional<unsigned> getSingleDim() const;
  /// The tightest range that holds the index for all points of \p iteration,
  /// none of whose ranges is empty; \p extent is the tensor's.
  Range getRange(llvm::ArrayRef<Range> iteration, int64_t extent) const;
  /// The same for a moving box; whole dimensions where the start isn't affine.
  AffineRange getRange(llvm::ArrayRef<AffineRange> iteration,
                       int64_t extent) const;
};

/// One index per dimension of an operand or result.
using Access = llvm::SmallVector<IndexExpr, 6>;

/// How results over parts of the reduction dimensions make the result over all
/// of them; see Indexing::addend for what is added once. None: reductions can't
/// be split.
enum class Combiner : uint8_t { None, Sum, Max, Min, Product };

struct Indexing {
  /// Parallel dimensions and reductions in any order.
  llvm::SmallVector<IterationDim, 8> dims;
  /// As many as the operation has operands; nullopt where one is absent, or
  /// isn't read (only its type is), or is a parameter whose value the indexing
  /// already holds (the shape of a Reshape).
  llvm::SmallVector<std::optional<Access>, 4> operands;
  /// Each index is a parallel dimension plus a constant, or whole, or 0 (where a
  /// reduction leaves a dimension of size 1). Empty for an absent result.
  llvm::SmallVector<Access, 1> results;
  Combiner combiner = Combiner::None;
  /// The operand that is added to the sum over all reductions, not a factor of
  /// what is summed: the bias of a Conv, C of a Gemm. The part of the
  /// reductions that begins at 0 adds it, the others don't.
  std::optional<unsigned> addend;
  /// Every result element is a copy of the element that the operands' accesses
  /// name exactly, of which at most one lies inside of its operand; where none
  /// does it is a constant of the operation (Pad): Transpose, Slice, Reshape,
  /// Concat.
  bool isDataMovement = false;

  unsigned addDim(llvm::StringRef name, int64_t extent,
                  bool isReduction = false);

  /// All iterations.
  Box getIterationSpace() const;
  /// The iterations that compute \p box of result \p result.
  Box getIterationBox(unsigned result, llvm::ArrayRef<Range> box) const;
  AffineBox getIterationBox(unsigned result,
                            llvm::ArrayRef<AffineRange> box) const;
  /// What they write of result \p result. \p shape: of that result.
  Box getResultBox(unsigned result, llvm::ArrayRef<Range> iteration,
                   llvm::ArrayRef<int64_t> shape) const;
  /// What they read of operand \p operand, less what lies outside of \p shape,
  /// the operand's. Empty if \p iteration is, or if the operand isn't read.
  Box getOperandBox(unsigned operand, llvm::ArrayRef<Range> iteration,
                    llvm::ArrayRef<int64_t> shape) const;
  /// The same with a moving box, not clipped: a window that hangs over the edge
  /// starts below 0.
  AffineBox getOperandBox(unsigned operand,
                          llvm::ArrayRef<AffineRange> iteration,
                          llvm::ArrayRef<int64_t> shape) const;

  /// The text above.
  void print(llvm::raw_ostream &os, const Operation &op) const;
};

/// nullopt where the operator's record states none, or shapes aren't static, or
/// an operand that must be a constant isn't.
std::optional<Indexing> getIndexing(const Operation *op);

/// Result 0 of \p op may be written over operand \p operand element by element:
/// each is read by no iteration but the one that overwrites it.
bool canWriteInPlace(const Indexing &indexing, unsigned operand,
                     llvm::ArrayRef<int64_t> operandShape,
                     llvm::ArrayRef<int64_t> resultShape);

/// Elements that the tiles of \p tile (sizes of result 0's dimensions) read of
/// an operand together, over those of the operand: what halos cost. At least 1
/// where every element is read.
double getHaloFactor(const Indexing &indexing, unsigned operand,
                     llvm::ArrayRef<int64_t> operandShape,
                     llvm::ArrayRef<int64_t> resultShape,
                     llvm::ArrayRef<int64_t> tile);

/// A distance, in elements, that result 0 may begin before operand \p operand
/// so that both share storage: the result is written in the order of its
/// row-major index, each element after all that it reads, and nothing is
/// overwritten that is still to be read. The least such distance, rounded up by
/// less than an innermost row. nullopt where the operand isn't read, or has too
/// many rows.
std::optional<int64_t> getOverlapDistance(const Indexing &indexing,
                                          unsigned operand,
                                          llvm::ArrayRef<int64_t> operandShape,
                                          llvm::ArrayRef<int64_t> resultShape);

} // namespace onnc

#endif // ONNC_IR_INDEXING_H
