//===- Windows.h - Sliding windows of convolution and pooling ---*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What kernel_shape, strides, dilations, pads, auto_pad, ceil_mode,
/// output_padding and output_shape of Conv, ConvInteger, QLinearConv,
/// ConvTranspose, MaxPool, AveragePool and LpPool mean, in one place for shape
/// inference, interpreter and targets. All sizes are in elements.
///
/// Let e = (kernel - 1) * dilation + 1. A window operator (all but
/// ConvTranspose) has, per spatial dimension,
///
///   pads given, or auto_pad VALID (pads 0):
///     output = ⌊(input + padBegin + padEnd - e) / stride⌋ + 1
///     with ceil_mode (ignored for VALID) ⌈…⌉ instead of ⌊…⌋, less one where
///     the last window would start in the padding at the end
///   auto_pad SAME_*:
///     output = ⌈input / stride⌉
///     padBegin + padEnd = max(0, (output - 1) * stride + e - input), the odd
///     one at the end for SAME_UPPER, at the beginning for SAME_LOWER
///
/// and ConvTranspose
///
///   output = (input - 1) * stride + output_padding + e - padBegin - padEnd
///
/// where with output_shape, or auto_pad SAME_* (output = input * stride), the
/// pads follow from the output, split as above (as for SAME_LOWER without
/// auto_pad); a negative total means that the end of the output isn't covered.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_WINDOWS_H
#define ONNC_IR_OPS_WINDOWS_H

#include "onnc/IR/DimExpr.h"
#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace onnc {

class Operation;
class Value;

enum class AutoPad : uint8_t { NotSet, Valid, SameUpper, SameLower };

/// The attributes, checked and with defaults filled in: every list has an
/// element (pads: two) per spatial dimension; kernels, strides and dilations
/// are in [1, 2^31) (a kernel of unknown size is 0), pads and output paddings
/// in [0, 2^31).
struct WindowAttrs {
  AutoPad autoPad = AutoPad::NotSet;
  bool ceilMode = false;
  bool transposed = false;
  llvm::SmallVector<int64_t, 3> kernel, strides, dilations;
  /// All begins, then all ends.
  llvm::SmallVector<int64_t, 6> pads;
  /// ConvTranspose only; outputShape is empty where it isn't given.
  llvm::SmallVector<int64_t, 3> outputPadding, outputShape;

  unsigned getRank() const { return kernel.size(); }
  /// e above.
  int64_t getExtent(unsigned i) const {
    return (kernel[i] - 1) * dilations[i] + 1;
  }
};

/// One spatial dimension with everything resolved.
struct Window {
  int64_t input;
  int64_t kernel;
  int64_t stride;
  int64_t dilation;
  /// ConvTranspose: what is cut off the full output.
  int64_t padBegin;
  int64_t padEnd;
  int64_t output;
};

/// The operand that windows slide over, and the weights (null for pooling).
Value *getWindowInput(Operation *op);
Value *getWindowWeights(Operation *op);

/// Reads the attributes of \p op, whose input has \p rank spatial dimensions.
/// Reports where they contradict the operator. The kernel comes from
/// kernel_shape or from the weights; 0 where neither tells a size.
LogicalResult getWindowAttrs(Operation *op, unsigned rank, WindowAttrs &attrs);

/// The size of spatial dimension \p i of the result for an \p input of any
/// size; unknown where it overflows or the kernel isn't known.
DimExpr getWindowOutput(const WindowAttrs &attrs, unsigned i, DimExpr input);

/// All windows of an operation with static spatial dimensions; nullopt where
/// they aren't, or, with the error reported, where no window fits.
std::optional<llvm::SmallVector<Window, 3>> getWindows(Operation *op);
/// The same for sizes of the input, and of the kernel, that a run knows.
std::optional<llvm::SmallVector<Window, 3>>
getWindows(Operation *op, llvm::ArrayRef<int64_t> spatialSizes,
           llvm::ArrayRef<int64_t> kernel = {});

} // namespace onnc

#endif // ONNC_IR_OPS_WINDOWS_H
