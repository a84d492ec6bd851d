//===- Png.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include <cstring>
#include <png.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// libpng leaves functions by longjmp, so that nothing between it and setjmp
/// may need a destructor: each step is such a function.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const uint8_t *next = nullptr, *end = nullptr;
  uint8_t *pixels = nullptr;
  char message[128] = "out of memory";

  bool open();
  bool readHeader();
  bool readPixels();
};
} // namespace

[[noreturn]] static void onError(png_structp png, const char *text) {
  auto *reader = static_cast<PngReader *>(png_get_error_ptr(png));
  std::snprintf(reader->message, sizeof reader->message, "%s", text);
  png_longjmp(png, 1);
}

static void onWarning(png_structp, const char *) {}

static void onRead(png_structp png, uint8_t *to, size_t size) {
  auto *reader = static_cast<PngReader *>(png_get_io_ptr(png));
  if (size_t(reader->end - reader->next) < size)
    png_error(png, "it ends early");
  std::memcpy(to, reader->next, size);
  reader->next += size;
}

bool PngReader::open() {
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, onError, onWarning);
  info = png ? png_create_info_struct(png) : nullptr;
  return info != nullptr;
}

bool PngReader::readHeader() {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_set_read_fn(png, this, onRead);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

bool PngReader::readPixels() {
  if (setjmp(png_jmpbuf(png)))
    return false;
  const size_t height = png_get_image_height(png, info);
  const size_t rowBytes = png_get_rowbytes(png, info);
  const int passes =
      png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
  for (int pass = 0; pass != passes; ++pass)
    for (size_t y = 0; y != height; ++y)
      png_read_row(png, pixels + y * rowBytes, nullptr);
  png_read_end(png, nullptr);
  return true;
}

Error interp::decodePng(Bytes file, PixelAllocator allocate) {
  PngReader reader;
  reader.next = file.begin();
  reader.end = file.end();
  Error result = [&]() -> Error {
    auto wrong = [&] {
      return fail("the PNG image is malformed: " + Twine(reader.message));
    };
    if (!reader.open() || !reader.readHeader())
      return wrong();
    const int64_t width = png_get_image_width(reader.png, reader.info);
    if (int64_t(png_get_rowbytes(reader.png, reader.info)) != width * 3)
      return fail("the PNG image doesn't become RGB");
    Expected<uint8_t *> pixels =
        allocate(png_get_image_height(reader.png, reader.info), width);
    if (!pixels)
      return pixels.takeError();
    reader.pixels = *pixels;
    return reader.readPixels() ? Error::success() : wrong();
  }();
  png_destroy_read_struct(&reader.png, &reader.info, nullptr);
  return result;
}
