//===- image-fuzzer.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Decodes arbitrary bytes as an image. Nothing is expected but that every
/// decoder returns, with an error or having written every pixel it asked room
/// for and no other.
///
//===----------------------------------------------------------------------===//

#include "Images/Images.h"
#include <memory>

using namespace llvm;
using namespace onnc::interp;

/// Beyond this, time is spent on zeros.
static constexpr int64_t maxPixels = 1 << 20;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::unique_ptr<uint8_t[]> pixels;
  consumeError(decodeImage(
      Bytes(data, size),
      [&](int64_t height, int64_t width) -> Expected<uint8_t *> {
        if (height < 1 || width < 1)
          std::abort();
        if (height > maxPixels / width)
          return createStringError(inconvertibleErrorCode(), "too large");
        pixels = std::make_unique<uint8_t[]>(height * width * 3);
        return pixels.get();
      }));
  return 0;
}
