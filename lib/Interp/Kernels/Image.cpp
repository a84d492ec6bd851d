//===- Image.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Images/Images.h"
#include "../Kernels.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// Luma by ITU-R BT.601, in 16 fractional bits.
static uint8_t toGray(const uint8_t *rgb) {
  return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16;
}

Error kernels::imageDecoder(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() != 1)
    return fail("the input has shape " + toText(x.getShape()) +
                " where a vector of bytes is expected");
  const StringRef format = ctx.op.getString("pixel_format", "RGB");
  if (format != "RGB" && format != "BGR" && format != "Grayscale")
    return fail("'pixel_format' is \"" + format + "\"");
  ArrayRef<char> bytes = x.getBytes();
  TensorValue image;
  if (Error error = decodeImage(
          Bytes(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()),
          [&](int64_t height, int64_t width) -> Expected<uint8_t *> {
            auto y = ctx.allocate(ElementType::U8, {height, width, 3});
            if (!y)
              return y.takeError();
            image = std::move(*y);
            return image.mutableData<uint8_t>();
          }))
    return error;

  uint8_t *pixels = image.mutableData<uint8_t>();
  const int64_t count = image.getNumElements() / 3;
  if (format == "BGR")
    for (int64_t i = 0; i != count; ++i)
      std::swap(pixels[3 * i], pixels[3 * i + 2]);
  if (format != "Grayscale")
    return ctx.done(std::move(image));
  auto gray =
      ctx.allocate(ElementType::U8, {image.getDim(0), image.getDim(1), 1});
  if (!gray)
    return gray.takeError();
  for (int64_t i = 0; i != count; ++i)
    gray->mutableData<uint8_t>()[i] = toGray(pixels + 3 * i);
  return ctx.done(std::move(*gray));
}
