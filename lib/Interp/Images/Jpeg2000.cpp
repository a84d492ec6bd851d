//===- Jpeg2000.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include <cmath>
#include <cstring>
#include <memory>
#include <openjpeg.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

namespace {
struct Jpeg2000Source {
  Bytes file;
  size_t position = 0;
};

template <auto destroy> struct Destroy {
  template <typename T> void operator()(T *object) const { destroy(object); }
};
using StreamPtr = std::unique_ptr<opj_stream_t, Destroy<opj_stream_destroy>>;
using CodecPtr = std::unique_ptr<opj_codec_t, Destroy<opj_destroy_codec>>;
using ImagePtr = std::unique_ptr<opj_image_t, Destroy<opj_image_destroy>>;
} // namespace

static OPJ_SIZE_T onRead(void *to, OPJ_SIZE_T size, void *handle) {
  auto *source = static_cast<Jpeg2000Source *>(handle);
  Bytes rest = source->file.drop_front(source->position).take_front(size);
  if (rest.empty())
    return OPJ_SIZE_T(-1);
  std::memcpy(to, rest.data(), rest.size());
  source->position += rest.size();
  return rest.size();
}

static OPJ_BOOL onSeek(OPJ_OFF_T offset, void *handle) {
  auto *source = static_cast<Jpeg2000Source *>(handle);
  if (offset < 0 || size_t(offset) > source->file.size())
    return OPJ_FALSE;
  source->position = offset;
  return OPJ_TRUE;
}

static OPJ_OFF_T onSkip(OPJ_OFF_T offset, void *handle) {
  auto *source = static_cast<Jpeg2000Source *>(handle);
  const OPJ_OFF_T left = source->file.size() - source->position;
  if (offset < 0 || offset > left)
    return -1;
  source->position += offset;
  return offset;
}

/// Keeps the first message.
static void onMessage(const char *text, void *handle) {
  auto *message = static_cast<std::string *>(handle);
  if (message->empty())
    *message = StringRef(text).trim().str();
}

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

/// Sample (x, y) of a component, of 8 bits. Components may be subsampled.
static int getSample(const opj_image_comp_t &component, size_t x, size_t y) {
  x = std::min<size_t>(x / component.dx, component.w - 1);
  y = std::min<size_t>(y / component.dy, component.h - 1);
  int64_t value = component.data[y * component.w + x];
  if (component.sgnd)
    value += int64_t(1) << (component.prec - 1);
  const int64_t largest = (int64_t(1) << component.prec) - 1;
  value = std::clamp<int64_t>(value, 0, largest);
  return component.prec > 8   ? value >> (component.prec - 8)
         : component.prec < 8 ? value * 255 / largest
                              : value;
}

static uint8_t toByte(double value) {
  return std::clamp<double>(std::nearbyint(value), 0, 255);
}

/// \p rgb: luma and two chromas, as JFIF has them.
static void fromYcc(uint8_t *rgb) {
  const double y = rgb[0], cb = rgb[1] - 128.0, cr = rgb[2] - 128.0;
  rgb[0] = toByte(y + 1.402 * cr);
  rgb[1] = toByte(y - 0.344136 * cb - 0.714136 * cr);
  rgb[2] = toByte(y + 1.772 * cb);
}

/// Checks what the header says before anything is decoded.
static Error checkComponents(const opj_image_t &image) {
  if (image.x1 <= image.x0 || image.y1 <= image.y0 || image.numcomps == 0)
    return fail("the JPEG 2000 image is empty");
  for (const opj_image_comp_t &c : ArrayRef(image.comps, image.numcomps))
    if (c.dx == 0 || c.dy == 0 || c.w == 0 || c.h == 0 || c.prec == 0 ||
        c.prec > 31)
      return fail("the JPEG 2000 image has a malformed component");
  return Error::success();
}

Error interp::decodeJpeg2000(Bytes file, PixelAllocator allocate) {
  Jpeg2000Source source{file};
  StreamPtr stream(opj_stream_default_create(OPJ_TRUE));
  CodecPtr codec(
      opj_create_decompress(file[0] == 0xff ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
  if (!stream || !codec)
    return fail("there is no memory for the JPEG 2000 image");
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), file.size());
  opj_stream_set_read_function(stream.get(), onRead);
  opj_stream_set_seek_function(stream.get(), onSeek);
  opj_stream_set_skip_function(stream.get(), onSkip);
  std::string message;
  opj_set_error_handler(codec.get(), onMessage, &message);
  auto wrong = [&] {
    return fail("the JPEG 2000 image is malformed" +
                (message.empty() ? "" : ": " + message));
  };
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!opj_setup_decoder(codec.get(), &parameters))
    return wrong();
  opj_image_t *header = nullptr;
  const bool hasHeader =
      opj_read_header(stream.get(), codec.get(), &header) != OPJ_FALSE;
  ImagePtr image(header);
  if (!hasHeader || !image)
    return wrong();
  if (Error error = checkComponents(*image))
    return error;
  const size_t width = image->x1 - image->x0, height = image->y1 - image->y0;
  Expected<uint8_t *> pixels = allocate(height, width);
  if (!pixels)
    return pixels.takeError();
  if (!opj_decode(codec.get(), stream.get(), image.get()) ||
      !opj_end_decompress(codec.get(), stream.get()))
    return wrong();
  if (Error error = checkComponents(*image))
    return error;

  const bool isGray = image->numcomps < 3;
  for (unsigned k = 0; k != (isGray ? 1 : 3); ++k)
    if (!image->comps[k].data)
      return wrong();
  uint8_t *to = *pixels;
  for (size_t y = 0; y != height; ++y)
    for (size_t x = 0; x != width; ++x, to += 3) {
      for (unsigned k = 0; k != 3; ++k)
        to[k] = getSample(image->comps[isGray ? 0 : k], x, y);
      if (image->color_space == OPJ_CLRSPC_SYCC && !isGray)
        fromYcc(to);
    }
  return Error::success();
}
