//===- Images.h - Decoders of image files -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The formats of ONNX's ImageDecoder. JPEG, PNG, WebP, TIFF and JPEG 2000 go
/// through the libraries that everyone's decoders are; BMP and PNM are simple
/// enough to read here. Whatever the bytes are, a decoder returns: with an
/// error where they end early or contradict themselves.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_IMAGES_IMAGES_H
#define ONNC_LIB_INTERP_IMAGES_IMAGES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace onnc::interp {

using Bytes = llvm::ArrayRef<uint8_t>;

/// Where the pixels of an image go, once its size is known: rows from the top,
/// three bytes (red, green, blue) a pixel, zero so far. An error where there is
/// no room. Called once, with sizes of at least 1.
using PixelAllocator = llvm::function_ref<llvm::Expected<uint8_t *>(
    int64_t height, int64_t width)>;

/// Finds the format by its signature and decodes. Alpha is dropped, samples of
/// more than eight bits lose their low ones.
llvm::Error decodeImage(Bytes file, PixelAllocator allocate);

/// The formats.
llvm::Error decodeBmp(Bytes file, PixelAllocator allocate);
llvm::Error decodeJpeg(Bytes file, PixelAllocator allocate);
llvm::Error decodeJpeg2000(Bytes file, PixelAllocator allocate);
llvm::Error decodePng(Bytes file, PixelAllocator allocate);
llvm::Error decodePnm(Bytes file, PixelAllocator allocate);
llvm::Error decodeTiff(Bytes file, PixelAllocator allocate);
llvm::Error decodeWebp(Bytes file, PixelAllocator allocate);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_IMAGES_IMAGES_H
