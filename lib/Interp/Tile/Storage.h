//===- Storage.h - Buffers of a running tiled program -----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What tile.Alloc, tile.Constant and tile.Input give, and views of it. An
/// element's place is its offset, in elements, in the storage, instances behind
/// each other and each laid out as its type says. Storage has memory of its
/// own, or lies in an arena.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_STORAGE_H
#define ONNC_LIB_INTERP_TILE_STORAGE_H

#include "../TensorBox.h"
#include "Arena.h"
#include "llvm/Support/MathExtras.h"

namespace onnc::interp {

/// What an element of storage holds: the element of a tensor, by its frame (the
/// tensor's shape, numbered) and row-major index, or one of these.
using Tag = int64_t;
constexpr Tag undefinedTag = -1;
/// A running copy with the number n writes it: pendingTag - n.
constexpr Tag pendingTag = -2;
/// A tag is frame << frameShift | index.
constexpr unsigned frameShift = 44;

struct TileStorage {
  enum class Contents : uint8_t { Undefined, Own, Constant };

  /// What allocates it, and what one instance is.
  const Operation *op = nullptr;
  BufferType type;
  int64_t multiplicity = 1;
  /// Elements from the start of one instance to that of the next.
  int64_t instanceSize = 0;
  /// All instances, where the storage has memory of its own.
  TensorValue data;
  /// Where it lies otherwise, at the byte \c offset, elements narrower than a
  /// byte packed; who it is there.
  Arena *arena = nullptr;
  int64_t offset = 0;
  Arena::Tenant tenant = Arena::nobody;
  /// Before anything was written: nothing, every element its own coordinates,
  /// or a constant that can't be written.
  Contents contents = Contents::Undefined;
  /// By place; empty until something is written.
  std::vector<Tag> tags;
  /// The region and the iteration that it was allocated in.
  const Region *region = nullptr;
  IterationId home = IterationTree::root;
  /// Of accesses from iterations within; null before there are any.
  std::unique_ptr<AccessLog> log;

  int64_t getNumPlaces() const { return instanceSize * multiplicity; }
  unsigned getBits() const { return getBitWidth(type.getElementType()); }
  /// Of storage in an arena: the bit, and the byte, in which the element at
  /// \p place begins.
  int64_t getBit(int64_t place) const { return offset * 8 + place * getBits(); }
  int64_t getByte(int64_t place) const { return getBit(place) / 8; }
  /// Do both lie in one arena, with bytes in common?
  bool meets(const TileStorage &other) const;
};

/// Is the operation's result storage, not a view of some?
bool definesStorage(const Operation &op);
/// "%x", or "the result of 'tile.Alloc' in line 7".
std::string describeStorage(const Operation &op);
/// "'tile.Alloc' in line 7", as far as it is known.
std::string describePlace(const Operation &op);

/// Where the elements of a dense array lie: the sum over the dimensions of
/// offsets[d][index[d]].
struct DenseArray {
  Shape extents;
  std::vector<std::vector<int64_t>> offsets;

  explicit DenseArray(BufferType type);
};

/// A buffer: a box of a tensor, and where its elements lie.
struct TileView {
  /// "%xt", for messages.
  std::string name;
  std::shared_ptr<TileStorage> storage;
  std::shared_ptr<const DenseArray> array;
  /// The place of the array's first element, and that element's coordinates.
  int64_t base = 0;
  Shape origin;
  /// Elements are those of the box that are in the domain.
  Box box;
  Shape domain;
  /// The tag of the element at coordinates c is
  /// tagBase + sum of c[d] * tagStrides[d].
  Tag tagBase = 0;
  Shape tagStrides;

  /// The name, with the storage's where the view has none of its own.
  std::string describe() const;
  Box getElements() const { return intersect(box, getFullBox(domain)); }
  /// \p box in indices of the array.
  Box toLocal(llvm::ArrayRef<Range> box) const;
};

/// Calls fn(i, places, place, tag, step, count) for each run of \p count
/// elements of \p box along the innermost dimension: \p i is the row-major
/// index in the box of the first, element j lies at place + places[j] and has
/// the tag tag + j * step. \p box lies in the view's array.
template <typename Fn>
void forEachRow(const TileView &view, llvm::ArrayRef<Range> box, Fn fn) {
  if (isEmpty(box))
    return;
  const unsigned rank = box.size();
  Tag tag = view.tagBase;
  int64_t place = view.base;
  Shape index;
  for (unsigned d = 0; d != rank; ++d) {
    index.push_back(box[d].lo);
    tag += box[d].lo * view.tagStrides[d];
  }
  auto placeOf = [&](unsigned d) {
    return view.array->offsets[d][index[d] - view.origin[d]];
  };
  if (!rank) {
    static constexpr int64_t zero = 0;
    fn(int64_t(0), &zero, place, tag, int64_t(0), int64_t(1));
    return;
  }
  const unsigned last = rank - 1;
  for (unsigned d = 0; d != last; ++d)
    place += placeOf(d);
  const int64_t count = box[last].size();
  const int64_t *places =
      view.array->offsets[last].data() + (box[last].lo - view.origin[last]);
  for (int64_t i = 0;; i += count) {
    fn(i, places, place, tag, view.tagStrides[last], count);
    unsigned d = last;
    while (d-- > 0) {
      place -= placeOf(d);
      tag += view.tagStrides[d];
      if (++index[d] != box[d].hi) {
        place += placeOf(d);
        break;
      }
      tag -= view.tagStrides[d] * box[d].size();
      index[d] = box[d].lo;
      place += placeOf(d);
    }
    if (d == unsigned(-1))
      return;
  }
}

/// Calls fn(i, grain) for each grain of each element of \p box of \p view, in
/// that order, until it returns false; the storage lies in an arena. \p i is
/// the element's row-major index in the box.
template <typename Fn>
void forEachGrain(const TileView &view, llvm::ArrayRef<Range> box, Fn fn) {
  const TileStorage &storage = *view.storage;
  const Arena &arena = *storage.arena;
  const int64_t bits = storage.getBits();
  const int64_t grains =
      std::max<int64_t>(1, arena.getGrainOf(std::max<int64_t>(bits / 8, 1)));
  bool go = true;
  forEachRow(view, box,
             [&](int64_t i, const int64_t *places, int64_t place, Tag, int64_t,
                 int64_t count) {
               for (int64_t j = 0; j != count && go; ++j) {
                 const int64_t first = arena.getGrainOf(
                     storage.offset + (place + places[j]) * bits / 8);
                 for (int64_t g = first; g != first + grains && go; ++g)
                   go = fn(i + j, g);
               }
             });
}

/// The elements \p box of \p view, in the storage's element type.
llvm::Expected<TensorValue> gather(const TileView &view,
                                   llvm::ArrayRef<Range> box,
                                   const MemoryBudgetRef &budget);
/// The inverse; \p tensor has the box's sizes and the storage's element type.
void scatter(const TileView &view, llvm::ArrayRef<Range> box,
             const TensorValue &tensor);

/// The coordinates of the row-major index \p i in \p box.
Shape getCoordinates(llvm::ArrayRef<Range> box, int64_t i);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_STORAGE_H
