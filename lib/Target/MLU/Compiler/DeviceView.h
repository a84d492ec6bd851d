//===- DeviceView.h - Tiles at addresses ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_DEVICEVIEW_H
#define ONNC_LIB_TARGET_MLU_COMPILER_DEVICEVIEW_H

#include "Accesses.h"
#include "onnc/IR/Affine.h"

namespace onnc::mlu {

/// A box of a tensor in a memory of the machine. In scratchpads a tile is dense
/// over the part of its box that exists, in the order of the buffer's layout,
/// so that a tile at the border is as contiguous as any other; where the
/// hanging parts are filled they exist.
struct DeviceView {
  MemorySpace space = MemorySpace::Nram;
  ElemType type = ElemType::F16;
  /// Of the box's first element, bytes.
  int64_t address = 0;
  /// By dimension, in elements.
  llvm::SmallVector<int64_t, 6> strides;
  /// The elements that the view holds.
  Box box;
  llvm::SmallVector<int64_t, 6> domain;
  /// Dimensions of the buffer's layout, outermost first.
  llvm::SmallVector<unsigned, 6> order;

  unsigned getRank() const { return box.size(); }
  int64_t getSize(unsigned dim) const { return box[dim].size(); }
  int64_t getVolume() const { return onnc::getVolume(box); }
  /// The address of the element at \p index, in the tensor's coordinates.
  int64_t getAddress(llvm::ArrayRef<int64_t> index) const {
    int64_t offset = 0;
    for (auto [i, range, stride] : llvm::zip_equal(index, box, strides))
      offset += (i - range.lo) * stride;
    return address + offset * elemSize(type);
  }
};

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_DEVICEVIEW_H
