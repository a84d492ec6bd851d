//===- Storage.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Storage.h"
#include "../Dispatch.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

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

Box TileView::toLocal(ArrayRef<Range> box) const {
  Box local;
  for (auto [range, start] : zip_equal(box, origin))
    local.push_back({range.lo - start, range.hi - start});
  return local;
}

Expected<TensorValue> interp::gather(const TileView &view, ArrayRef<Range> box,
                                     const MemoryBudgetRef &budget) {
  const TensorValue &data = view.storage->data;
  auto result =
      TensorValue::allocate(data.getElementType(), getShape(box), budget);
  if (!result)
    return result;
  if (Error error =
          dispatchStorage(data.getElementType(), [&]<typename T>() -> Error {
            Elements<T> from = data.elements<T>();
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
  TensorValue &data = view.storage->data;
  assert(tensor.getElementType() == data.getElementType() &&
         "elements are of the storage's type");
  cantFail(dispatchStorage(data.getElementType(), [&]<typename T>() -> Error {
    Elements<T> from = tensor.elements<T>();
    T *to = data.mutableData<T>();
    forEachRow(view, box,
               [&](int64_t i, const int64_t *places, int64_t place, Tag,
                   int64_t, int64_t count) {
                 for (int64_t j = 0; j != count; ++j)
                   to[place + places[j]] = from[i + j];
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
