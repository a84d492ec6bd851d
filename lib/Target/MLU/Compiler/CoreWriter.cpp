//===- CoreWriter.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

Reg CoreWriter::reg(uint32_t value) {
  Slot *oldest = slots;
  for (Slot &slot : slots) {
    if (slot.lastUse && slot.value == value) {
      slot.lastUse = ++uses;
      return getReg(slot);
    }
    if (slot.lastUse < oldest->lastUse)
      oldest = &slot;
  }
  *oldest = {value, ++uses};
  builder.li(getReg(*oldest), value);
  return getReg(*oldest);
}

Reg CoreWriter::floatReg(float value) { return reg(bit_cast<uint32_t>(value)); }

Reg CoreWriter::device(int64_t address) {
  // The segment counts 64 kB; its upper half reaches what 32 bits don't.
  set(Config::Segment, (address >> 32) << 16);
  return reg(static_cast<uint32_t>(address));
}

void CoreWriter::loadRows(int64_t nram, int64_t dram, int64_t rows,
                          int64_t bytes, int64_t stride) {
  if (rows == 1 || stride == bytes)
    return builder.vload(reg(nram), device(dram), reg(rows * bytes));
  set(Config::Count1, rows);
  set(Config::Count2, 1);
  set(Config::SrcStride1, stride);
  set(Config::DstStride1, bytes);
  builder.vloads(reg(nram), device(dram), reg(bytes));
}

void CoreWriter::storeRows(int64_t dram, int64_t nram, int64_t rows,
                           int64_t bytes, int64_t stride) {
  if (rows == 1 || stride == bytes)
    return builder.vstore(device(dram), reg(nram), reg(rows * bytes));
  set(Config::Count1, rows);
  set(Config::Count2, 1);
  set(Config::SrcStride1, bytes);
  set(Config::DstStride1, stride);
  builder.vstores(device(dram), reg(nram), reg(bytes));
}

void CoreWriter::beforeLoads() {
  builder.sync(QueueSet::Dma, QueueSet::Matrix);
  builder.sync(QueueSet::Dma, QueueSet::Vector);
}

void CoreWriter::afterLoads() {
  builder.sync(QueueSet::Matrix, QueueSet::Dma);
  builder.sync(QueueSet::Vector, QueueSet::Dma);
}

void CoreWriter::beforeStores() {
  builder.sync(QueueSet::Dma, QueueSet::Matrix);
  builder.sync(QueueSet::Dma, QueueSet::Vector);
}
