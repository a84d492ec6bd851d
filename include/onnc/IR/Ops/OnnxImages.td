//===- OnnxImages.td - Images -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXIMAGES_TD
#define ONNC_IR_OPS_ONNXIMAGES_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_ImageDecoder : OnnxOp<"ImageDecoder", 20> {
  let summary = "The pixels of an encoded image";
  let description = [{
    A stream of bytes in one of the formats BMP, JPEG, JPEG 2000, TIFF, PNG,
    WebP, PNM becomes height by width by channels: three for "RGB" and "BGR",
    one for "Grayscale".
  }];
  let operands = [Arg<"encoded_stream", ElementTypes<["u8"]>>];
  let results = [Arg<"image", ElementTypes<["u8"]>>];
  let attributes = [Attr<"pixel_format", "String", "\"RGB\"">];
  let inferTypes = "imageDecoder";
}

#endif // ONNC_IR_OPS_ONNXIMAGES_TD
