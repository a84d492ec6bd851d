//===- Convolution.h - Convolutions of any element types --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_CONVOLUTION_H
#define ONNC_LIB_INTERP_KERNELS_CONVOLUTION_H

#include "../Iteration.h"
#include "onnc/IR/Ops/Windows.h"

namespace onnc::interp {

/// The windows of \p ctx's operation for an input of shape N×C×D1…Dn and, where
/// there are weights, kernels of \p kernel.
llvm::Expected<llvm::SmallVector<Window, 3>>
resolveWindows(KernelContext &ctx, llvm::ArrayRef<int64_t> input,
               llvm::ArrayRef<int64_t> kernel = {});

/// N×C×D1…Dn with \p channels, and the windows' outputs.
Shape getWindowedShape(llvm::ArrayRef<int64_t> input, int64_t channels,
                       llvm::ArrayRef<Window> windows);

/// X is N×C×D1…Dn, W is M×(C/groups)×k1…kn.
struct ConvolutionShapes {
  int64_t batch, channels, groups, outputChannels;
  llvm::SmallVector<Window, 3> windows;
  Shape result;
  /// Products over the spatial dimensions.
  int64_t inputSize, outputSize, kernelSize;

  int64_t groupChannels() const { return channels / groups; }
  int64_t groupOutputs() const { return outputChannels / groups; }
};

/// Checks the shapes of an operation with Conv's attributes.
llvm::Expected<ConvolutionShapes>
getConvolutionShapes(KernelContext &ctx, llvm::ArrayRef<int64_t> x,
                     llvm::ArrayRef<int64_t> w);

/// Element \p i of an operand, as the number that enters the sum.
using LoadElement = llvm::function_ref<double(int64_t i)>;
/// Reads \p count elements from \p first.
using LoadElements =
    llvm::function_ref<void(int64_t first, int64_t count, double *to)>;
/// Takes element \p i of the result, the sum of x·w over channels and kernel
/// positions in row-major order, padding being zeros that take part.
using StoreSum = llvm::function_ref<void(int64_t i, double sum)>;

/// The definition of convolution, as loops.
void convolveNaive(const ConvolutionShapes &shapes, LoadElement loadX,
                   LoadElement loadW, StoreSum store);
/// The same bits by multiply().
void convolveBlocked(const KernelContext &ctx, const ConvolutionShapes &shapes,
                     LoadElements loadX, LoadElements loadW, StoreSum store);
/// The one that the run's options ask for.
void convolve(const KernelContext &ctx, const ConvolutionShapes &shapes,
              LoadElements loadX, LoadElements loadW, StoreSum store);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_CONVOLUTION_H
