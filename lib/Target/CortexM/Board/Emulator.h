//===- Emulator.h - Running a test program in QEMU --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_BOARD_EMULATOR_H
#define ONNC_TARGET_CORTEXM_BOARD_EMULATOR_H

#include "Image.h"

namespace onnc::cortexm {

/// What was counted while a program ran.
struct EmulationCounts {
  /// Instructions of the model's entry point, with all that it calls; by run.
  std::vector<uint64_t> instructions;
  /// The same of all runs, by the function that executed them, most first.
  std::vector<std::pair<std::string, uint64_t>> byFunction;
  /// The deepest that the stack was in the first run.
  uint64_t stackBytes = 0;
};

/// Runs \p image on \p board for the inputs in the file "inputs" of
/// \p directory, once for each of \p runs, until there is "outputs" beside it.
/// An error where it faults (with the instruction's address), overflows its
/// stack or takes more than \p timeLimit seconds.
llvm::Expected<EmulationCounts> emulate(const Image &image, const Board &board,
                                        uint64_t runs, unsigned timeLimit,
                                        TemporaryDirectory &directory);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_BOARD_EMULATOR_H
