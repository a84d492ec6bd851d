//===- Builtin.td - Operators of no particular domain ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_BUILTIN_TD
#define ONNC_IR_OPS_BUILTIN_TD

include "onnc/IR/OpBase.td"

/// The dialect without a prefix.
def Builtin : Dialect<"", "builtin">;

def ReturnOp : Op<Builtin, "return"> {
  let summary = "Ends a region and gives its results";
  let description = [{
    The operands are the outputs of the graph or the results of the body that
    the region is.
  }];
  let operands = [VarArg<"values", Anything>];
  let traits = [Terminator];
}

#endif // ONNC_IR_OPS_BUILTIN_TD
