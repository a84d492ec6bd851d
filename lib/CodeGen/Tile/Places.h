//===- Places.h - Tensors that are parts of buffers -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Which tensors share a buffer, so that Concat, Split and Slice copy nothing:
/// a piece of a Concat is computed where the Concat's result lies, a result of
/// a Split is read where its operand lies. docs/TileIR.md has the rules.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_CODEGEN_TILE_PLACES_H
#define ONNC_LIB_CODEGEN_TILE_PLACES_H

#include "onnc/CodeGen/TilePasses.h"
#include "onnc/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <vector>

namespace onnc {

/// Where a tensor lies that shares a buffer with others.
struct Place {
  /// Index of the buffer.
  unsigned buffer;
  /// Of the tensor's first element.
  llvm::SmallVector<int64_t, 6> offsets;
  bool operator==(const Place &) const = default;
};

/// A buffer that several tensors are parts of: that of the largest of them,
/// which holds all others.
struct SharedBuffer {
  BufferType type;
  std::string name;
};

struct Places {
  std::vector<SharedBuffer> buffers;
  /// By tensor; the others have buffers of their own.
  llvm::DenseMap<Value *, Place> tensors;

  /// Null for a tensor with a buffer of its own.
  const Place *lookup(Value *tensor) const {
    auto it = tensors.find(tensor);
    return it == tensors.end() ? nullptr : &it->second;
  }
};

/// Decides for the tensors of \p graph, whose blocks are computed in the order
/// in which they stand.
Places findPlaces(const Graph &graph, const TileModel &model);

} // namespace onnc

#endif // ONNC_LIB_CODEGEN_TILE_PLACES_H
