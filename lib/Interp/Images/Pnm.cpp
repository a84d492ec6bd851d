//===- Pnm.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// What follows the signature.
class PnmReader {
public:
  explicit PnmReader(Bytes rest) : rest(rest) {}

  /// The next decimal number, behind white space and comments; nullopt where
  /// there is none or it exceeds \p limit.
  std::optional<int64_t> takeNumber(int64_t limit);
  /// The next digit of a bitmap.
  std::optional<int64_t> takeBit();
  Bytes takeRest() const { return rest; }
  bool takeSpace() {
    if (rest.empty() || !isSpace(rest.front()))
      return false;
    rest = rest.drop_front();
    return true;
  }

private:
  void skipSpace();

  Bytes rest;
};
} // namespace

void PnmReader::skipSpace() {
  while (!rest.empty()) {
    if (rest.front() == '#')
      rest = rest.drop_while([](uint8_t c) { return c != '\n'; });
    else if (!takeSpace())
      return;
  }
}

std::optional<int64_t> PnmReader::takeNumber(int64_t limit) {
  skipSpace();
  Bytes digits = rest.take_while([](uint8_t c) { return isDigit(c); });
  rest = rest.drop_front(digits.size());
  int64_t value;
  if (toStringRef(digits).getAsInteger(10, value) || value > limit)
    return std::nullopt;
  return value;
}

std::optional<int64_t> PnmReader::takeBit() {
  skipSpace();
  if (rest.empty() || (rest.front() != '0' && rest.front() != '1'))
    return std::nullopt;
  int64_t bit = rest.front() - '0';
  rest = rest.drop_front();
  return bit;
}

Error interp::decodePnm(Bytes file, PixelAllocator allocate) {
  const char kind = file[1];
  const bool isBitmap = kind == '1' || kind == '4';
  const bool isText = kind <= '3';
  const unsigned channels = kind == '3' || kind == '6' ? 3 : 1;
  PnmReader reader(file.drop_front(2));
  auto width = reader.takeNumber(INT32_MAX);
  auto height = reader.takeNumber(INT32_MAX);
  auto largest =
      isBitmap ? std::optional<int64_t>(1) : reader.takeNumber(65535);
  if (!width || !height || !largest || *largest == 0)
    return fail("the header of the PNM image is malformed");

  // Before there is memory for them: are the samples there?
  const int64_t perRow = *width * channels;
  const unsigned sampleSize = *largest > 255 ? 2 : 1;
  const int64_t rowBytes = isBitmap ? (perRow + 7) / 8 : perRow * sampleSize;
  if (!isText && !reader.takeSpace())
    return fail("the header of the PNM image is malformed");
  Bytes data = reader.takeRest();
  const int64_t needed = isText ? perRow : rowBytes;
  if (*height && needed > int64_t(data.size()) / *height)
    return fail("the PNM image ends early");

  Expected<uint8_t *> pixels = allocate(*height, *width);
  if (!pixels)
    return pixels.takeError();
  uint8_t *to = *pixels;
  for (int64_t row = 0; row != *height; ++row)
    for (int64_t i = 0; i != perRow; ++i) {
      std::optional<int64_t> sample;
      if (isText)
        sample = isBitmap ? reader.takeBit() : reader.takeNumber(*largest);
      else if (isBitmap)
        sample = data[row * rowBytes + i / 8] >> (7 - i % 8) & 1;
      else if (sampleSize == 1)
        sample = data[row * rowBytes + i];
      else
        sample = data[row * rowBytes + 2 * i] << 8 |
                 data[row * rowBytes + 2 * i + 1];
      if (!sample)
        return fail("the PNM image ends early or has a malformed sample");
      // A set bit is black.
      const int64_t level =
          isBitmap ? 1 - *sample : std::min(*sample, *largest);
      const uint8_t value = (level * 255 + *largest / 2) / *largest;
      to = std::fill_n(to, 3 / channels, value);
    }
  return Error::success();
}
