//===- Webp.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Kernel.h"
#include "Images.h"
#include <webp/decode.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Error interp::decodeWebp(Bytes file, PixelAllocator allocate) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
    return fail("the header of the WebP image is malformed");
  if (features.has_animation)
    return fail("animated WebP images aren't supported");
  const int64_t height = features.height, width = features.width;
  Expected<uint8_t *> pixels = allocate(height, width);
  if (!pixels)
    return pixels.takeError();
  if (!WebPDecodeRGBInto(file.data(), file.size(), *pixels, height * width * 3,
                         width * 3))
    return fail("the WebP image is malformed or ends early");
  return Error::success();
}
