//===- PackConstant.h - Constants as buffers hold them ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_PACKCONSTANT_H
#define ONNC_LIB_TARGET_MLU_COMPILER_PACKCONSTANT_H

#include "onnc/IR/Attributes.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace onnc::mlu {

/// The bytes of \p value in a dense buffer of type \p type, which has its
/// shape: elements rounded to nearest even, integers saturated, in the buffer's
/// order. An error where there is no conversion.
llvm::Expected<std::vector<uint8_t>> packConstant(ConstantAttr value,
                                                  BufferType type);

/// Whether that is what the constant's own bytes are.
bool isPacked(ConstantAttr value, BufferType type);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_PACKCONSTANT_H
