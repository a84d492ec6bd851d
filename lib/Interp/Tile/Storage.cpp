//===- Storage.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Storage.h"
#include "../Dispatch.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/Support/PackedInt.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

bool interp::definesStorage(const Operation &op) {
  return isa<tile::AllocOp, tile::ConstantOp, tile::InputOp>(op);
}

std::string interp::describePlace(const Operation &op) {
  DiagLocation loc = op.getLoc().toDiag();
  std::string text = "'" + op.getName().str() + "'";
  if (loc.line)
    text += " in line " + std::to_string(loc.line);
  else if (!loc.node.empty())
    text += " at " + loc.node;
  return text;
}

std::string interp::describeStorage(const Operation &op) {
  const Value *result = op.getResult();
  return result->getName().empty() ? "the result of " + describePlace(op)
                                   : ("%" + result->getName()).str();
}

bool TileStorage::meets(const TileStorage &other) const {
  auto getEnd = [](const TileStorage &s) {
    return s.getByte(s.getNumPlaces());
  };
  return arena && arena == other.arena && offset < getEnd(other) &&
         other.offset < getEnd(*this);
}

DenseArray::DenseArray(BufferType type) : extents(type.getShape()) {
  const Layout layout = type.getLayout();
  Shape index(extents.size(), 0);
  for (auto [d, extent] : enumerate(extents)) {
    std::vector<int64_t> &table = offsets.emplace_back();
    for (index[d] = 0; index[d] < extent; ++index[d])
      table.push_back(layout.getOffset(extents, index));
    index[d] = 0;
  }
}

std::string TileView::describe() const {
  return StringRef(name).starts_with("%")
             ? name
             : name + " (" + describeStorage(*storage->op) + ")";
}

Box TileView::toLocal(ArrayRef<Range> box) const {
  Box local;
  for (auto [range, start] : zip_equal(box, origin))
    local.push_back({range.lo - start, range.hi - start});
  return local;
}

/// Calls fn<Width, T>() for elements that are packed in an arena; false where
/// those of \p storage aren't.
template <typename Fn>
static bool dispatchPacked(const TileStorage &storage, Fn fn) {
  if (!storage.arena || storage.getBits() >= 8)
    return false;
  const bool isSigned =
      getKind(storage.type.getElementType()) == ElementKind::SInt;
  if (storage.getBits() == 4)
    isSigned ? fn.template operator()<4, int8_t>()
             : fn.template operator()<4, uint8_t>();
  else
    isSigned ? fn.template operator()<2, int8_t>()
             : fn.template operator()<2, uint8_t>();
  return true;
}

Expected<TensorValue> interp::gather(const TileView &view, ArrayRef<Range> box,
                                     const MemoryBudgetRef &budget) {
  const TileStorage &storage = *view.storage;
  const ElementType type = storage.type.getElementType();
  auto result = TensorValue::allocate(type, getShape(box), budget);
  if (!result)
    return result;
  const char *bytes = storage.arena ? storage.arena->getBytes() + storage.offset
                                    : storage.data.getBytes().data();
  if (dispatchPacked(storage, [&]<unsigned Width, typename T>() {
        auto *from = reinterpret_cast<const uint8_t *>(bytes);
        char *to = getMutableBytes(*result);
        forEachRow(view, box,
                   [&](int64_t i, const int64_t *places, int64_t place, Tag,
                       int64_t, int64_t count) {
                     for (int64_t j = 0; j != count; ++j)
                       to[i + j] =
                           loadPacked<Width, T>(from, place + places[j]);
                   });
      }))
    return result;
  if (Error error = dispatchStorage(type, [&]<typename T>() -> Error {
        Elements<T> from(bytes);
        T *to = result->mutableData<T>();
        forEachRow(view, box,
                   [&](int64_t i, const int64_t *places, int64_t place, Tag,
                       int64_t, int64_t count) {
                     for (int64_t j = 0; j != count; ++j)
                       to[i + j] = from[place + places[j]];
                   });
        return Error::success();
      }))
    return error;
  return result;
}

void interp::scatter(const TileView &view, ArrayRef<Range> box,
                     const TensorValue &tensor) {
  TileStorage &storage = *view.storage;
  const ElementType type = storage.type.getElementType();
  assert(tensor.getElementType() == type &&
         "elements are of the storage's type");
  char *bytes = storage.arena ? storage.arena->getBytes() + storage.offset
                              : getMutableBytes(storage.data);
  if (dispatchPacked(storage, [&]<unsigned Width, typename T>() {
        auto from = tensor.elements<T>();
        auto *to = reinterpret_cast<uint8_t *>(bytes);
        forEachRow(view, box,
                   [&](int64_t i, const int64_t *places, int64_t place, Tag,
                       int64_t, int64_t count) {
                     for (int64_t j = 0; j != count; ++j)
                       storePacked<Width, T>(to, place + places[j],
                                             from[i + j]);
                   });
      }))
    return;
  cantFail(dispatchStorage(type, [&]<typename T>() -> Error {
    Elements<T> from = tensor.elements<T>();
    forEachRow(view, box,
               [&](int64_t i, const int64_t *places, int64_t place, Tag,
                   int64_t, int64_t count) {
                 for (int64_t j = 0; j != count; ++j) {
                   // A wrong plan's offset may be odd.
                   const T value = from[i + j];
                   std::memcpy(bytes + (place + places[j]) * sizeof(T), &value,
                               sizeof(T));
                 }
               });
    return Error::success();
  }));
}

Shape interp::getCoordinates(ArrayRef<Range> box, int64_t i) {
  Shape coordinates(box.size());
  for (size_t d = box.size(); d-- > 0;) {
    coordinates[d] = box[d].lo + i % box[d].size();
    i /= box[d].size();
  }
  return coordinates;
}
