//===- Unicode.h - Characters of UTF-8 text -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_KERNELS_UNICODE_H
#define ONNC_LIB_INTERP_KERNELS_UNICODE_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace onnc::interp {

/// The size in bytes of the white space character that \p text begins with; 0
/// where it begins with none.
unsigned getSpaceAt(llvm::StringRef text);

enum class Case { Lower, Upper };
/// Unicode's simple mapping, character by character and independent of any
/// locale. Bytes that are no UTF-8 stay.
std::string changeCase(llvm::StringRef text, Case to);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_KERNELS_UNICODE_H
