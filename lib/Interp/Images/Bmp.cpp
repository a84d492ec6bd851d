//===- Bmp.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Windows' bitmaps: the headers of all versions; 1 to 32 bits a pixel, by
/// palette, by masks, or run-length encoded.
///
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {

enum Compression : uint32_t { Plain = 0, Rle8 = 1, Rle4 = 2, BitFields = 3 };

class BmpReader {
public:
  BmpReader(Bytes file) : file(file) {}
  Error read(PixelAllocator allocate);

private:
  Error readHeader();
  Error readPalette(size_t begin, unsigned entrySize);
  Error readRows();
  Error readRuns();
  /// Sets the pixel in column \p x of row \p y, counted from the bottom.
  void set(int64_t x, int64_t y, uint32_t value);

  /// Zero beyond the end.
  uint32_t get32(size_t at) const {
    return at + 4 <= file.size() ? support::endian::read32le(&file[at]) : 0;
  }
  uint32_t get16(size_t at) const {
    return at + 2 <= file.size() ? support::endian::read16le(&file[at]) : 0;
  }

  Bytes file;
  Bytes data;
  int64_t width, height;
  bool isTopDown = false;
  unsigned bits;
  uint32_t compression = Plain;
  /// Of red, green, blue.
  uint32_t masks[3];
  std::vector<std::array<uint8_t, 3>> palette;
  uint8_t *pixels = nullptr;
};

} // namespace

Error BmpReader::readHeader() {
  const uint32_t dataOffset = get32(10), headerSize = get32(14);
  if (file.size() < 26 || headerSize < 12 || headerSize > file.size() - 14 ||
      dataOffset > file.size())
    return fail("the header of the BMP image is malformed");
  data = file.drop_front(dataOffset);
  size_t paletteBegin = 14 + headerSize;
  const bool isCore = headerSize < 40;
  width = isCore ? int64_t(get16(18)) : int32_t(get32(18));
  height = isCore ? int64_t(get16(20)) : int32_t(get32(22));
  bits = isCore ? get16(24) : get16(28);
  if (!isCore)
    compression = get32(30);
  isTopDown = height < 0;
  height = std::abs(height);
  if (width < 0)
    return fail("the BMP image has a width of " + Twine(width));

  const bool isPacked = bits == 1 || bits == 4 || bits == 8;
  bool known = compression == Plain
                   ? isPacked || bits == 16 || bits == 24 || bits == 32
               : compression == Rle8      ? bits == 8
               : compression == Rle4      ? bits == 4
               : compression == BitFields ? bits == 16 || bits == 32
                                          : false;
  if (!known)
    return fail("BMP images of " + Twine(bits) + " bits with compression " +
                Twine(compression) + " aren't supported");
  if (isPacked)
    return readPalette(paletteBegin, isCore ? 3 : 4);
  for (unsigned i = 0; i != 3; ++i)
    // Masks stand behind the first 40 bytes, be they part of the header or not.
    masks[i] = compression == BitFields ? get32(54 + 4 * i)
               : bits == 16             ? 0x7c00 >> 5 * i
                                        : 0xff0000 >> 8 * i;
  return Error::success();
}

Error BmpReader::readPalette(size_t begin, unsigned entrySize) {
  size_t size = entrySize == 4 ? get32(46) : 0;
  if (size == 0 || size > 1u << bits)
    size = 1u << bits;
  if (begin + size * entrySize > file.size())
    return fail("the palette of the BMP image ends early");
  for (size_t i = 0; i != size; ++i) {
    const uint8_t *entry = &file[begin + i * entrySize];
    palette.push_back({entry[2], entry[1], entry[0]});
  }
  // Indices beyond it are black.
  palette.resize(1u << bits);
  return Error::success();
}

void BmpReader::set(int64_t x, int64_t y, uint32_t value) {
  uint8_t *to = pixels + ((isTopDown ? y : height - 1 - y) * width + x) * 3;
  for (unsigned i = 0; i != 3; ++i) {
    if (!palette.empty()) {
      to[i] = palette[value][i];
      continue;
    }
    const uint32_t mask = masks[i];
    if (!mask)
      continue;
    const unsigned shift = llvm::countr_zero(mask);
    const uint64_t largest = mask >> shift;
    to[i] = ((value & mask) >> shift) * 255ull / largest;
  }
}

Error BmpReader::readRows() {
  const int64_t rowBytes = (width * bits + 31) / 32 * 4;
  if (height && rowBytes > int64_t(data.size()) / height)
    return fail("the BMP image ends early");
  for (int64_t y = 0; y != height; ++y) {
    const uint8_t *row = data.data() + y * rowBytes;
    for (int64_t x = 0; x != width; ++x) {
      uint32_t value = 0;
      if (bits < 8)
        value =
            row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1u << bits) - 1);
      else
        for (unsigned k = 0; k != bits / 8; ++k)
          value |= uint32_t(row[x * bits / 8 + k]) << 8 * k;
      set(x, y, value);
    }
  }
  return Error::success();
}

/// Pairs of a count and a value; a count of 0 escapes: 0 ends a row, 1 the
/// image, 2 moves, others precede so many plain values, padded to 16 bits.
Error BmpReader::readRuns() {
  int64_t x = 0, y = 0;
  size_t at = 0;
  auto put = [&](uint32_t value) {
    if (x < width && y < height)
      set(x++, y, value);
  };
  while (at + 2 <= data.size()) {
    const unsigned count = data[at], value = data[at + 1];
    at += 2;
    if (count) {
      for (unsigned i = 0; i != count; ++i)
        put(bits == 8 ? value : i % 2 ? value & 15 : value >> 4);
    } else if (value == 0) {
      x = 0;
      ++y;
    } else if (value == 1) {
      return Error::success();
    } else if (value == 2) {
      if (at + 2 > data.size())
        break;
      x += data[at];
      y += data[at + 1];
      at += 2;
    } else {
      const size_t size = bits == 8 ? value : (value + 1) / 2;
      if (at + size > data.size())
        break;
      for (unsigned i = 0; i != value; ++i)
        put(bits == 8 ? data[at + i]
            : i % 2   ? data[at + i / 2] & 15
                      : data[at + i / 2] >> 4);
      at += (size + 1) / 2 * 2;
    }
  }
  return fail("the BMP image ends early");
}

Error BmpReader::read(PixelAllocator allocate) {
  if (Error error = readHeader())
    return error;
  Expected<uint8_t *> memory = allocate(height, width);
  if (!memory)
    return memory.takeError();
  pixels = *memory;
  return compression == Rle4 || compression == Rle8 ? readRuns() : readRows();
}

Error interp::decodeBmp(Bytes file, PixelAllocator allocate) {
  return BmpReader(file).read(allocate);
}
