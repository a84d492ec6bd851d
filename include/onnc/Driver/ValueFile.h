//===- ValueFile.h - Tensors in files ---------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Inputs and outputs of programs: NumPy's .npy, and ONNX's .pb with a
/// TensorProto, SequenceProto, OptionalProto or MapProto.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_VALUEFILE_H
#define ONNC_DRIVER_VALUEFILE_H

#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/TensorFile.h"
#include "onnc/Interp/RuntimeValue.h"
#include "onnc/Target/Program.h"

namespace onnc {

/// An error where \p path has none of the extensions .npy and .pb.
llvm::Error checkValueFileName(llvm::StringRef path);

/// Reads \p path for the input \p info. The extension decides the format. That
/// type and shape agree with the input is not checked, but elements of a type
/// that NumPy lacks are taken for those of the input (bfloat16 in uint16), and
/// must be in its range (int4 in int8).
llvm::Expected<RuntimeValue> readValue(Context &context, llvm::StringRef path,
                                       const ProgramValueInfo &info);

/// What a .pb file holds, as programs take it.
llvm::Expected<RuntimeValue> fromFileValue(const FileValue &value);

/// Writes \p value, whole or not at all. Types that NumPy lacks are written as
/// integers of their size: int4 and int2 as signed, others as unsigned ones.
llvm::Error writeValue(Context &context, const RuntimeValue &value,
                       llvm::StringRef path, llvm::StringRef name);

} // namespace onnc

#endif // ONNC_DRIVER_VALUEFILE_H
