//===- Layout.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Layout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

static constexpr unsigned maxRank = 26;

Layout Layout::getRowMajor(unsigned rank) {
  Layout layout;
  for (unsigned i = 0; i < rank; ++i)
    layout.order.push_back(i);
  return layout;
}

Layout Layout::get(ArrayRef<unsigned> order) {
  Layout layout;
  layout.order.assign(order.begin(), order.end());
  return layout;
}

std::optional<Layout> Layout::parse(StringRef tag, unsigned rank) {
  if (rank > maxRank || tag.size() < rank)
    return std::nullopt;
  Layout layout;
  SmallBitVector seen(rank), capital(rank), blocked(rank);
  for (char c : tag.take_front(rank)) {
    unsigned dim = toLower(c) - 'a';
    if (!isAlpha(c) || dim >= rank || seen.test(dim))
      return std::nullopt;
    seen.set(dim);
    if (isUpper(c))
      capital.set(dim);
    layout.order.push_back(dim);
  }
  StringRef rest = tag.drop_front(rank);
  while (!rest.empty()) {
    Block block;
    if (rest.consumeInteger(10, block.size) || block.size < 2 ||
        block.size > (int64_t(1) << 20) || rest.empty())
      return std::nullopt;
    block.dim = rest.front() - 'a';
    if (block.dim >= rank || !capital.test(block.dim))
      return std::nullopt;
    blocked.set(block.dim);
    layout.blocks.push_back(block);
    rest = rest.drop_front();
  }
  if (blocked != capital)
    return std::nullopt;
  return layout;
}

bool Layout::isRowMajor() const {
  return blocks.empty() && all_of(enumerate(order), [](auto pair) {
           return pair.index() == pair.value();
         });
}

int64_t Layout::getBlockSize(unsigned dim) const {
  int64_t size = 1;
  for (Block block : blocks)
    if (block.dim == dim)
      size *= block.size;
  return size;
}

std::string Layout::str() const {
  std::string tag;
  for (unsigned dim : order) {
    char letter = 'a' + dim;
    tag += getBlockSize(dim) > 1 ? toUpper(letter) : letter;
  }
  for (Block block : blocks)
    tag += std::to_string(block.size) + char('a' + block.dim);
  return tag;
}

int64_t Layout::getNumElements(ArrayRef<int64_t> extents) const {
  int64_t count = 1;
  for (auto [dim, extent] : enumerate(extents))
    count *= alignTo(extent, getBlockSize(dim));
  return count;
}

SmallVector<int64_t, 6> Layout::getStrides(ArrayRef<int64_t> extents) const {
  int64_t stride = 1;
  for (Block block : blocks)
    stride *= block.size;
  SmallVector<int64_t, 6> strides(order.size());
  for (unsigned dim : reverse(order)) {
    strides[dim] = stride;
    stride *= divideCeil(extents[dim], getBlockSize(dim));
  }
  return strides;
}

int64_t Layout::getOffset(ArrayRef<int64_t> extents,
                          ArrayRef<int64_t> index) const {
  SmallVector<int64_t, 6> strides = getStrides(extents);
  SmallVector<int64_t, 6> rest(index);
  int64_t offset = 0;
  for (unsigned dim : order) {
    int64_t size = getBlockSize(dim);
    offset += index[dim] / size * strides[dim];
    rest[dim] = index[dim] % size;
  }
  int64_t stride = 1;
  for (Block block : reverse(blocks)) {
    offset += rest[block.dim] % block.size * stride;
    rest[block.dim] /= block.size;
    stride *= block.size;
  }
  return offset;
}
