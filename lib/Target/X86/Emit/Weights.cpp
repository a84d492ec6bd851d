//===- Weights.cpp - Constants as the program wants them ------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

/// Vectors may be read up to this far behind the last element.
static constexpr int64_t slack = 64;

int64_t Weights::add(ConstantAttr value, BufferType type) {
  for (const Piece &piece : pieces)
    if (piece.value.getImpl() == value.getImpl() && piece.type == type)
      return piece.offset;
  int64_t offset = alignTo(bytes, 64);
  pieces.push_back({offset, value, type});
  bytes = offset + type.getByteSize() + slack;
  return offset;
}

/// Runs of the innermost dimension have one distance in the layout, at least
/// within a block.
static void packPiece(const Weights::Piece &piece, char *to) {
  auto shape = piece.type.getShape();
  Layout layout = piece.type.getLayout();
  int64_t size = getBitWidth(piece.type.getElementType()) / 8;
  std::vector<char> owned;
  ArrayRef<char> from = piece.value.getData().getBytes();
  if (piece.value.getData().isSplat()) {
    owned = piece.value.getData().materialize(piece.value.getType());
    from = owned;
  }
  if (layout.isRowMajor()) {
    memcpy(to, from.data(), from.size());
    return;
  }
  // Offsets are sums of what each index adds.
  unsigned rank = shape.size();
  std::vector<std::vector<int64_t>> parts(rank);
  SmallVector<int64_t, 6> index(rank, 0);
  for (unsigned d = 0; d != rank; ++d)
    for (int64_t i = 0; i != shape[d]; ++i) {
      index.assign(rank, 0);
      index[d] = i;
      parts[d].push_back(layout.getOffset(shape, index));
    }
  index.assign(rank, 0);
  int64_t rows = 1;
  for (int64_t extent : ArrayRef(shape).drop_back())
    rows *= extent;
  const char *source = from.data();
  for (int64_t row = 0; row != rows; ++row) {
    int64_t base = 0;
    for (unsigned d = 0; d + 1 < rank; ++d)
      base += parts[d][index[d]];
    for (int64_t part : parts.back()) {
      memcpy(to + (base + part) * size, source, size);
      source += size;
    }
    for (unsigned d = rank - 1; d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

std::vector<char> Weights::pack() const {
  std::vector<char> packed(bytes);
  for (const Piece &piece : pieces)
    packPiece(piece, packed.data() + piece.offset);
  return packed;
}
