//===- Passes.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/CodeGen/Validators.h"

#include "onnc/CodeGen/Passes.cpp.inc"
#include "onnc/CodeGen/TileTransforms.cpp.inc"

using namespace llvm;
using namespace onnc;

Error onnc::registerCodeGenPasses(PassRegistry &registry,
                                  const Machine &machine,
                                  const OperatorModel &operators,
                                  const BufferModel &buffers) {
  if (registry.lookup(AllocateBase::getPassInfo().name))
    return createStringError(
        "the passes of code generation already serve another machine");
  if (Error error = registerGenericCodeGenPasses(
          registry, MachineModel{machine, operators, buffers}))
    return error;
  registry.addValidator(
      {"partition", Property::Partitioned, [&machine](Module &module) {
         return validatePartition(module, machine);
       }});
  registry.addValidator(
      {"allocation", Property::Allocated, [&machine, &buffers](Module &module) {
         return validateAllocation(module, machine, buffers);
       }});
  return Error::success();
}
