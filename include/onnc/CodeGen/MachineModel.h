//===- MachineModel.h - What generic passes know of a target ----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_MACHINEMODEL_H
#define ONNC_CODEGEN_MACHINEMODEL_H

#include "llvm/ADT/StringRef.h"

namespace onnc {

class BufferModel;
class OperatorModel;
struct Machine;

/// The three answers that partitioning, scheduling and allocation need. They
/// belong to the target, which outlives the passes made from them.
struct MachineModel {
  const Machine &machine;
  const OperatorModel &operators;
  const BufferModel &buffers;
};

/// The attribute that names the processing unit of an operation. From
/// partitioning to selection every operation has it, except terminators and
/// constants, which are wherever they are used.
constexpr llvm::StringRef unitAttr = "onnc.unit";

} // namespace onnc

#endif // ONNC_CODEGEN_MACHINEMODEL_H
