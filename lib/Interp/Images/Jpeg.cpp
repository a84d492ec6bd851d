//===- Jpeg.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
struct JpegError : jpeg_error_mgr {
  std::jmp_buf leave;
  char message[JMSG_LENGTH_MAX];
};
} // namespace

[[noreturn]] static void leave(j_common_ptr info) {
  auto *error = static_cast<JpegError *>(info->err);
  error->format_message(info, error->message);
  std::longjmp(error->leave, 1);
}

/// What libjpeg warns of (an early end, corrupt data) is an error here.
static void onMessage(j_common_ptr info, int level) {
  if (level < 0)
    leave(info);
}

/// Four inks to three lights. Adobe's files hold the inks inverted.
static void toRgb(const uint8_t *cmyk, bool isInverted, uint8_t *rgb) {
  auto light = [&](unsigned i) {
    return isInverted ? cmyk[i] : 255u - cmyk[i];
  };
  for (unsigned i = 0; i != 3; ++i)
    rgb[i] = (light(i) * light(3) + 127) / 255;
}

namespace {
/// libjpeg leaves functions by longjmp, so that nothing between it and setjmp
/// may need a destructor: each step is such a function.
struct JpegReader {
  jpeg_decompress_struct info;
  JpegError error;
  uint8_t *pixels = nullptr;
  /// A row of inks, freed with the rest of libjpeg's memory.
  uint8_t *inks = nullptr;

  bool readHeader(Bytes file) {
    if (setjmp(error.leave))
      return false;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, file.data(), file.size());
    jpeg_read_header(&info, TRUE);
    const bool hasInks =
        info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = hasInks ? JCS_CMYK : JCS_RGB;
    jpeg_calc_output_dimensions(&info);
    return true;
  }

  bool readPixels() {
    if (setjmp(error.leave))
      return false;
    jpeg_start_decompress(&info);
    const bool hasInks = info.out_color_space == JCS_CMYK;
    if (hasInks)
      inks = static_cast<uint8_t *>(
          info.mem->alloc_large(reinterpret_cast<j_common_ptr>(&info),
                                JPOOL_IMAGE, size_t(info.output_width) * 4));
    while (info.output_scanline < info.output_height) {
      uint8_t *row =
          pixels + size_t(info.output_scanline) * info.output_width * 3;
      uint8_t *target = hasInks ? inks : row;
      jpeg_read_scanlines(&info, &target, 1);
      if (hasInks)
        for (size_t x = 0; x != info.output_width; ++x)
          toRgb(inks + 4 * x, info.saw_Adobe_marker, row + 3 * x);
    }
    jpeg_finish_decompress(&info);
    return true;
  }
};
} // namespace

Error interp::decodeJpeg(Bytes file, PixelAllocator allocate) {
  JpegReader reader;
  reader.info = {};
  reader.info.err = jpeg_std_error(&reader.error);
  reader.error.error_exit = leave;
  reader.error.emit_message = onMessage;
  Error result = [&]() -> Error {
    auto wrong = [&] {
      return fail("the JPEG image is malformed: " +
                  Twine(reader.error.message));
    };
    if (!reader.readHeader(file))
      return wrong();
    Expected<uint8_t *> pixels =
        allocate(reader.info.output_height, reader.info.output_width);
    if (!pixels)
      return pixels.takeError();
    reader.pixels = *pixels;
    return reader.readPixels() ? Error::success() : wrong();
  }();
  jpeg_destroy_decompress(&reader.info);
  return result;
}
