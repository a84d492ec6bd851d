//===- Images.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Images.h"
#include "../Kernel.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Error interp::decodeImage(Bytes file, PixelAllocator givenAllocate) {
  // Rows without pixels would be counted all the same.
  auto allocate = [&](int64_t height, int64_t width) -> Expected<uint8_t *> {
    if (height < 1 || width < 1)
      return fail("the image has no pixels");
    return givenAllocate(height, width);
  };
  StringRef text = toStringRef(file);
  auto startsWith = [&](auto &&...signatures) {
    // Signatures may hold zeros.
    return (text.starts_with(StringRef(signatures, sizeof signatures - 1)) ||
            ...);
  };
  if (startsWith("BM"))
    return decodeBmp(file, allocate);
  if (startsWith("\xff\xd8\xff"))
    return decodeJpeg(file, allocate);
  if (startsWith("\0\0\0\x0cjP  \r\n\x87\n", "\xff\x4f\xff\x51"))
    return decodeJpeg2000(file, allocate);
  if (startsWith("\x89PNG\r\n\x1a\n"))
    return decodePng(file, allocate);
  if (startsWith("P1", "P2", "P3", "P4", "P5", "P6"))
    return decodePnm(file, allocate);
  if (startsWith("II*\0", "MM\0*"))
    return decodeTiff(file, allocate);
  if (startsWith("RIFF") && text.substr(8).starts_with("WEBP"))
    return decodeWebp(file, allocate);
  return fail("the bytes begin as those of no image in BMP, JPEG, JPEG 2000, "
              "PNG, PNM, TIFF or WebP");
}
