//===- Validators.h - Independent checks of code generation -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Each checks what a pass decided from the IR alone, with no code of that
/// pass. Violations are bugs of ours, not mistakes of the user; they are
/// reported as DiagID::CodeGenValidation, each one.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_VALIDATORS_H
#define ONNC_CODEGEN_VALIDATORS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/LogicalResult.h"

namespace onnc {

class BufferModel;
class Module;
class Operation;
class Region;
struct Machine;

/// Every unit that an operation names is one of \p machine's, and until
/// selection every operation that needs a unit names one.
llvm::LogicalResult validatePartition(Module &module, const Machine &machine);

/// \p region holds exactly the operations \p before, its order until now; every
/// operand stands before its user; the terminator stands last; operations with
/// effects stand in the same order.
llvm::LogicalResult validateSchedule(llvm::ArrayRef<Operation *> before,
                                     Region &region);

/// Runs the graph main in its order with the offsets on its operations and
/// watches who owns each byte: nothing is read after something else was
/// written there, no operation writes over what it reads unless the target
/// allows it, persistent data is never written over, everything is aligned and
/// inside its memory, and the module's plan states what is used.
llvm::LogicalResult validateAllocation(Module &module, const Machine &machine,
                                       const BufferModel &buffers);

} // namespace onnc

#endif // ONNC_CODEGEN_VALIDATORS_H
