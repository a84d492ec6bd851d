//===- Image.h - A linked test program --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_BOARD_IMAGE_H
#define ONNC_TARGET_CORTEXM_BOARD_IMAGE_H

#include "../Artifact/Artifact.h"
#include "../Processor.h"
#include "Tools.h"

namespace onnc::cortexm {

/// An artifact, linked with the harness (Runtime/harness.c) for a board.
struct Image {
  struct Function {
    uint64_t begin, end;
    std::string name;
  };

  /// The ELF file, in the directory that it was built in.
  std::string path;
  /// Addresses of the model's entry point, and of where it returns to.
  uint64_t entry = 0, returned = 0;
  /// By address.
  std::vector<Function> functions;

  /// Bytes of flash: the model's code and its constants, the C library
  /// functions that code calls (memcpy, divisions), all with the harness.
  uint64_t codeBytes = 0, constantBytes = 0, libraryBytes = 0, flashBytes = 0;
  /// Bytes of the model's variables, which good code has none of.
  uint64_t dataBytes = 0, bssBytes = 0;

  /// Null where \p address is in no function.
  const Function *findFunction(uint64_t address) const;

  /// Compiles and links. Errors hold the compiler's messages.
  static llvm::Expected<Image> build(const Artifact &artifact,
                                     const Board &board,
                                     TemporaryDirectory &directory);
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_BOARD_IMAGE_H
