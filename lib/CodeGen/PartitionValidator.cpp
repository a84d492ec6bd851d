//===- PartitionValidator.cpp --------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MachineModel.h"
#include "onnc/CodeGen/Validators.h"
#include "onnc/IR/Module.h"
#include "onnc/Machine/Machine.h"

using namespace llvm;
using namespace onnc;

LogicalResult onnc::validatePartition(Module &module, const Machine &machine) {
  bool ok = true;
  module.walk([&](Operation *op) {
    bool needsUnit = !module.has(Property::Selected) &&
                     !op->hasTrait(OpTrait::Terminator) &&
                     !op->hasTrait(OpTrait::ConstantLike);
    if (!op->hasAttr(unitAttr)) {
      if (needsUnit)
        op->emitError(DiagID::CodeGenValidation) << "has no processing unit";
      ok &= !needsUnit;
      return;
    }
    StringRef name = op->getString(unitAttr);
    if (any_of(machine.units,
               [&](const ProcessingUnit &unit) { return unit.name == name; }))
      return;
    op->emitError(DiagID::CodeGenValidation)
        << "is assigned to the unit '" << name << "', which machine '"
        << machine.name << "' doesn't have";
    ok = false;
  });
  return success(ok);
}
