//===- BufferModel.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/IR/Operation.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

std::optional<int64_t> StorageOverlap::getAligned(int64_t alignment) const {
  // Remainders repeat after as many steps.
  for (int64_t i = 0, bytes = distance; i < alignment; ++i, bytes += step) {
    if (bytes % alignment == 0)
      return bytes;
    if (!step)
      break;
  }
  return std::nullopt;
}

std::optional<StorageOverlap>
StorageOverlap::intersect(const StorageOverlap &other) const {
  const bool isFirst =
      distance > other.distance || (distance == other.distance && !step);
  const StorageOverlap &far = isFirst ? *this : other;
  const StorageOverlap &near = isFirst ? other : *this;
  if (!near.allows(far.distance))
    return std::nullopt;
  // All further steps of the one are steps of the other.
  if (near.step == 0 || far.step == 0)
    return StorageOverlap{far.distance, 0};
  if (far.step % near.step == 0)
    return far;
  if (near.step % far.step == 0)
    return StorageOverlap{far.distance, near.step};
  return StorageOverlap{far.distance, 0};
}

const Operation *BufferModel::getFirstWriter(const Value &value) const {
  return value.getDefiningOp();
}
