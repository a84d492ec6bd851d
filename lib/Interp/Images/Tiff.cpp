//===- Tiff.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The first image of a TIFF file.
///
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include "llvm/ADT/ScopeExit.h"
#include <cstring>
#include <memory>
#include <tiffio.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {
/// What libtiff reads from, and its first complaint.
struct TiffSource {
  Bytes file;
  size_t position = 0;
  std::string message;
};
} // namespace

static tmsize_t onRead(thandle_t handle, void *to, tmsize_t size) {
  auto *source = static_cast<TiffSource *>(handle);
  Bytes rest = source->file.drop_front(source->position);
  rest = rest.take_front(size);
  std::memcpy(to, rest.data(), rest.size());
  source->position += rest.size();
  return rest.size();
}

static tmsize_t onWrite(thandle_t, void *, tmsize_t) { return 0; }

static toff_t onSeek(thandle_t handle, toff_t offset, int from) {
  auto *source = static_cast<TiffSource *>(handle);
  const toff_t base = from == SEEK_CUR   ? source->position
                      : from == SEEK_END ? source->file.size()
                                         : 0;
  source->position = std::min<toff_t>(base + offset, source->file.size());
  return source->position;
}

static int onClose(thandle_t) { return 0; }

static toff_t onSize(thandle_t handle) {
  return static_cast<TiffSource *>(handle)->file.size();
}

static int onError(TIFF *, void *handle, const char *, const char *format,
                   va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  auto *source = static_cast<TiffSource *>(handle);
  if (source->message.empty())
    source->message = text;
  return 1;
}

static int onWarning(TIFF *, void *, const char *, const char *, va_list) {
  return 1;
}

Error interp::decodeTiff(Bytes file, PixelAllocator allocate) {
  TiffSource source{file, 0, {}};
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, onError, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, onWarning, nullptr);
  TIFF *tiff =
      TIFFClientOpenExt("image", "rm", &source, onRead, onWrite, onSeek,
                        onClose, onSize, nullptr, nullptr, options);
  TIFFOpenOptionsFree(options);
  auto wrong = [&] {
    return fail("the TIFF image is malformed" +
                (source.message.empty() ? "" : ": " + source.message));
  };
  if (!tiff)
    return wrong();
  auto close = make_scope_exit([&] { TIFFClose(tiff); });

  uint32_t width = 0, height = 0;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height))
    return wrong();
  Expected<uint8_t *> pixels = allocate(height, width);
  if (!pixels)
    return pixels.takeError();
  // Where there was room for the pixels, there may be for four bytes each.
  const size_t count = size_t(height) * width;
  std::unique_ptr<uint32_t, decltype(&std::free)> raster(
      static_cast<uint32_t *>(std::calloc(count ? count : 1, 4)), std::free);
  if (!raster)
    return fail("there is no memory for the TIFF image");
  if (!TIFFReadRGBAImageOriented(tiff, width, height, raster.get(),
                                 ORIENTATION_TOPLEFT, /*stop=*/1))
    return wrong();
  uint8_t *to = *pixels;
  for (size_t i = 0; i != count; ++i) {
    const uint32_t pixel = raster.get()[i];
    *to++ = TIFFGetR(pixel);
    *to++ = TIFFGetG(pixel);
    *to++ = TIFFGetB(pixel);
  }
  return Error::success();
}
