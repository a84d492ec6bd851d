//===- Header.h - The C header of a compiled model --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_ARTIFACT_HEADER_H
#define ONNC_TARGET_CORTEXM_ARTIFACT_HEADER_H

#include "Manifest.h"

namespace onnc::cortexm {

/// Writes the header that callers and the sources of \p manifest, which
/// verify() accepts, include.
void writeHeader(const Manifest &manifest, llvm::raw_ostream &os);

/// Prints `void kws_run(void *arena, …)`, as the header declares it and the
/// source defines it.
void writeSignature(const Manifest &manifest, llvm::raw_ostream &os);

/// \p text as it can stand inside of a comment: one line that doesn't end it.
std::string makeComment(llvm::StringRef text);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_ARTIFACT_HEADER_H
