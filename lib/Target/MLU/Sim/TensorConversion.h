//===- TensorConversion.h - Host and device layouts -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_SIM_TENSORCONVERSION_H
#define ONNC_LIB_TARGET_MLU_SIM_TENSORCONVERSION_H

#include "onnc/Target/MLU/CodeObject.h"

namespace onnc::mlu {

/// Dense host elements at \p host to the device's type and layout. The tensor
/// lies inside \p memory; \p host has hostBytes() bytes.
void toDevice(const TensorDesc &tensor, const uint8_t *host, uint8_t *memory);

/// The way back.
void toHost(const TensorDesc &tensor, const uint8_t *memory, uint8_t *host);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_SIM_TENSORCONVERSION_H
