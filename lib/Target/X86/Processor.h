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
/// vectors and registers. "x86_64" is the processor that the compiler runs on;
/// the levels of the psABI give the same code everywhere.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_PROCESSOR_H
#define ONNC_LIB_TARGET_X86_PROCESSOR_H

#include "onnc/Machine/Machine.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace onnc::x86 {

struct Processor {
  /// What LLVM calls it ("sapphirerapids", "x86-64-v3"), and features beyond.
  std::string cpu;
  std::string features;
  /// FP32 elements of a vector register, and how many of those there are.
  unsigned lanes;
  unsigned registers;
  /// Threads that a program may run on.
  unsigned threads;
};

/// \p name: of a quadruple. "x86_64" is the host; "x86_64_v3" and "x86_64_v4"
/// are what every processor of that level runs.
Processor getProcessor(llvm::StringRef name);

/// One unit of as many cores as there are threads: "memory" for whole tensors,
/// "local" for what an iteration of a parallel loop has for itself.
Machine describeMachine(const Processor &processor);

constexpr llvm::StringRef memorySpace = "memory";
constexpr llvm::StringRef localSpace = "local";

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_PROCESSOR_H
