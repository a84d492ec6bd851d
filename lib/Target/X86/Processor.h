//===- Processor.h - The levels of x86-64 that code is made for -*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the tile model and the register tiles need to know of a processor: its
/// vectors and registers.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_PROCESSOR_H
#define ONNC_LIB_TARGET_X86_PROCESSOR_H

#include "onnc/Machine/Machine.h"
#include "onnc/Target/Quadruple.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace onnc::x86 {

struct Processor {
  /// What LLVM calls it: "sapphirerapids", "x86-64-v3".
  std::string cpu;
  /// For LLVM too ("+avx2,-sse4a"), where the name alone doesn't say it all.
  std::string features;
  /// What code for it may use, of the features that LLVM finds on hosts.
  std::vector<std::string> required;
  /// FP32 elements of a vector register, and how many of those there are.
  unsigned lanes = 4;
  unsigned registers = 16;
  /// Threads that a program divides its work for.
  unsigned threads = 1;
};

/// "x86_64" is the processor that this runs on; "x86_64_v3" and "x86_64_v4" are
/// what every processor of that level of the psABI runs. The attribute "cpu"
/// names any other that LLVM knows, "threads" their number.
llvm::Expected<Processor> getProcessor(const Quadruple &quadruple);

/// Makes LLVM's x86 target known to its registry.
void initializeLLVM();

/// One unit of as many cores as there are threads: "memory" for whole tensors,
/// "local" for what an iteration of a parallel loop has for itself.
Machine describeMachine(const Processor &processor);

constexpr llvm::StringRef memorySpace = "memory";
constexpr llvm::StringRef localSpace = "local";

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_PROCESSOR_H
