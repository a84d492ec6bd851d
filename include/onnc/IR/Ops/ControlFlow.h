//===- ControlFlow.h - The parts of Loop and Scan ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Loop and Scan have one list of operands, arguments, body results and results
/// each, with parts that correspond:
///
///   Loop  operands   M, cond,          carried…,            captures…
///         arguments  iteration, cond,  carried…,            captures…
///         yields     cond,             carried…, outputs…
///         results                      carried…, outputs…
///
///   Scan  operands   carried…, inputs…,   captures…
///         arguments  carried…, slices…,   captures…
///         yields     carried…, outputs…
///         results    carried…, outputs…
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_CONTROLFLOW_H
#define ONNC_IR_OPS_CONTROLFLOW_H

#include <optional>

namespace onnc {

class Operation;

/// How many values each part has, and where in the lists the carried ones
/// start.
struct LoopParts {
  unsigned numCarried = 0;
  unsigned numScanInputs = 0; ///< Scan only
  unsigned numScanOutputs = 0;
  unsigned numCaptures = 0;
  unsigned firstOperand = 0;  ///< 2 for Loop
  unsigned firstArgument = 0; ///< 2 for Loop
  unsigned firstYield = 0;    ///< 1 for Loop

  unsigned getNumArguments() const {
    return firstArgument + numCarried + numScanInputs + numCaptures;
  }
  unsigned getNumYields() const {
    return firstYield + numCarried + numScanOutputs;
  }
};

/// The parts of an onnx.Loop or onnx.Scan; nullopt, with the error reported,
/// where operands, results and body don't fit together.
std::optional<LoopParts> getLoopParts(Operation *op);

} // namespace onnc

#endif // ONNC_IR_OPS_CONTROLFLOW_H
