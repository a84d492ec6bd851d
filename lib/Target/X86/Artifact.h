//===- Artifact.h - Files that hold compiled models -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A compiled model is an ELF file, relocatable or shared: code, weights, the
/// runtime, and a manifest that says what a caller must know. docs/X86.md
/// describes it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_X86_ARTIFACT_H
#define ONNC_LIB_TARGET_X86_ARTIFACT_H

#include "Emit/Compile.h"
#include "onnc/Target/Program.h"
#include "onnc/Target/Target.h"

namespace onnc::x86 {

/// What is known of a compiled model without running it.
struct Manifest {
  /// What symbols start with.
  std::string prefix;
  /// What LLVM compiled for, and the features that the code may use.
  std::string cpu;
  std::vector<std::string> features;
  std::vector<ProgramValueInfo> inputs, outputs;

  std::string write() const;
  /// From the text of an ELF file; nullopt where it holds none that is whole.
  static std::optional<Manifest> find(llvm::StringRef file);
};

Manifest describeProgram(const Module &module, const IRProgram &program,
                         const Processor &processor);

/// Links a compiled program to one file, a shared object or a relocatable one.
llvm::Error linkProgram(IRProgram &program, const Manifest &manifest,
                        const Processor &processor, bool shared,
                        llvm::raw_ostream &os);

/// The C header of its functions.
void writeHeader(const Manifest &manifest, int64_t arenaBytes,
                 llvm::raw_ostream &os);

/// Is \p file one of these? Whether it is whole shows when it is loaded.
bool recognize(llvm::MemoryBufferRef file);
llvm::Expected<std::unique_ptr<Program>>
loadProgram(std::unique_ptr<llvm::MemoryBuffer> file,
            const LoadOptions &options);

} // namespace onnc::x86

#endif // ONNC_LIB_TARGET_X86_ARTIFACT_H
