//===- OldPlugin.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A plugin of another time, and of another layout.
///
//===----------------------------------------------------------------------===//

#include <cstdint>

extern "C" const uint32_t *onncGetPassPlugin() {
  static constexpr uint32_t abiVersion = 0;
  return &abiVersion;
}
