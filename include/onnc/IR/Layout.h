//===- Layout.h - How a tensor's elements lie in memory ---------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The order of elements in a buffer, written as the tags of oneDNN: a letter
/// per dimension ('a' is dimension 0), outermost first. "abcd" is row-major,
/// "acdb" of an N×C×H×W tensor stores N×H×W×C. A capital letter is a blocked
/// dimension, whose blocks follow at the end: "aBcd16b" stores C in blocks of
/// 16 (N×⌈C/16⌉×H×W×16); the last block is padded.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_LAYOUT_H
#define ONNC_IR_LAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace onnc {

class Layout {
public:
  struct Block {
    unsigned dim;
    int64_t size; ///< at least 2
  };

  static Layout getRowMajor(unsigned rank);
  /// Dimensions outermost first, unblocked.
  static Layout get(llvm::ArrayRef<unsigned> order);
  /// nullopt where \p tag isn't a layout of \p rank dimensions (26 at most).
  static std::optional<Layout> parse(llvm::StringRef tag, unsigned rank);

  unsigned getRank() const { return order.size(); }
  llvm::ArrayRef<unsigned> getOrder() const { return order; }
  /// Outermost first; a dimension may stand more than once.
  llvm::ArrayRef<Block> getBlocks() const { return blocks; }
  bool isRowMajor() const;
  std::string str() const;

  /// Elements of a dense array of \p extents, padding included.
  int64_t getNumElements(llvm::ArrayRef<int64_t> extents) const;
  /// The distance, in elements, between neighbouring blocks of each dimension
  /// (between neighbouring elements, where it isn't blocked) in a dense array.
  llvm::SmallVector<int64_t, 6>
  getStrides(llvm::ArrayRef<int64_t> extents) const;
  /// Where the element at \p index lies in a dense array of \p extents.
  int64_t getOffset(llvm::ArrayRef<int64_t> extents,
                    llvm::ArrayRef<int64_t> index) const;
  /// The product of the blocks of a dimension: 1 where it isn't blocked.
  int64_t getBlockSize(unsigned dim) const;

private:
  llvm::SmallVector<unsigned, 6> order;
  llvm::SmallVector<Block, 2> blocks;
};

} // namespace onnc

#endif // ONNC_IR_LAYOUT_H
