//===- CoreCode.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CoreCode.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc::mlu;

int64_t ParameterPool::add(StringRef bytes) {
  auto [it, isNew] = places.try_emplace(bytes, end);
  if (!isNew)
    return it->second;
  contents.insert(contents.end(), bytes.bytes_begin(), bytes.bytes_end());
  constexpr int64_t lineBytes = 64;
  contents.resize(alignTo(contents.size(), lineBytes));
  end = begin + contents.size();
  return it->second;
}

Reg CoreCode::reg(int64_t wide) {
  auto value = static_cast<uint32_t>(wide);
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

Reg CoreCode::floatReg(float value) { return reg(bit_cast<uint32_t>(value)); }

Reg CoreCode::device(int64_t address) {
  // The segment counts 64 kB; its upper half reaches what 32 bits don't.
  set(Config::Segment, (address >> 32) << 16);
  return reg(address);
}

int64_t CoreCode::getParameter(StringRef bytes) {
  int64_t base = machine.nramBytes - conversionBytes - parameterBytes;
  for (const Resident &resident : residents)
    if (resident.bytes == bytes)
      return base + resident.offset;
  int64_t size = bytes.size();
  assert(size <= parameterBytes &&
         "a parameter that is larger than its memory");
  if (nextOffset + size > parameterBytes)
    nextOffset = 0;
  erase_if(residents, [&](const Resident &old) {
    return old.offset < nextOffset + size &&
           nextOffset < old.offset + int64_t(old.bytes.size());
  });
  residents.push_back({nextOffset, bytes.str()});
  int64_t address = base + nextOffset;
  constexpr int64_t alignment = 16;
  nextOffset = alignTo(nextOffset + size, alignment);
  builder.vload(reg(address), device(pool.add(bytes)), reg(size));
  return address;
}
