//===- Version.h - The version of onnc --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_SUPPORT_VERSION_H
#define ONNC_SUPPORT_VERSION_H

#include "llvm/ADT/StringRef.h"

namespace onnc {

/// The version as "major.minor.patch". What each part promises stands in
/// docs/Versioning.md.
llvm::StringRef getVersion();

} // namespace onnc

#endif // ONNC_SUPPORT_VERSION_H
