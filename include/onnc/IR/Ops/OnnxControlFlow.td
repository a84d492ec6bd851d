//===- OnnxControlFlow.td - Operators with bodies -------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Bodies are closed: what ONNX lets a subgraph capture from outside is a
/// trailing operand of the operator and a trailing argument of the body. A
/// record has one variadic operand, so that Loop and Scan keep captures at its
/// end and count them in "num_captures", which is no attribute of ONNX's.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXCONTROLFLOW_TD
#define ONNC_IR_OPS_ONNXCONTROLFLOW_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_If : OnnxOp<"If", 25> {
  let summary = "One of two bodies";
  let description = [{
    Both bodies have an argument for each captured value.
  }];
  let operands = [Arg<"cond", Bool>, VarArg<"captures", Anything>];
  let results = [VarArg<"outputs", Anything>];
  let regions = ["then_branch", "else_branch"];
  let hasVerifier = 1;
  let inferTypes = "ifElse";
}

def Onnx_Loop : OnnxOp<"Loop", 25> {
  let summary = "Repeats a body";
  let description = [{
    Runs while fewer than M iterations are done and the condition holds. The
    body's arguments: iteration number, condition, loop-carried values,
    captured values; its results: condition, loop-carried values, scan
    outputs. The results of the loop are the final loop-carried values, then
    the scan outputs stacked along a new leading dimension.

    "v_initial" holds the initial loop-carried values and then, as its last
    "num_captures", the captured ones.
  }];
  let operands = [OptArg<"M", Int64>, OptArg<"cond", Bool>,
                  VarArg<"v_initial", Anything>];
  let results = [VarArg<"v_final_and_scan_outputs", Anything>];
  let attributes = [Attr<"num_captures", "Int", "0">];
  let regions = ["body"];
  let hasVerifier = 1;
  let inferTypes = "loop";
}

def Onnx_Scan : OnnxOp<"Scan", 25> {
  let summary = "Runs a body over slices of tensors";
  let description = [{
    The operands are the initial states, then the scan inputs, then, as the
    last "num_captures", the captured values; the body's arguments
    correspond, with slices for scan inputs. Its results, and those of the
    operator, are the states, then the scan outputs, which the operator
    stacks.
  }];
  let operands = [VarArg<"initial_state_and_scan_inputs", Anything>];
  let results = [VarArg<"final_state_and_scan_outputs", Anything>];
  let attributes = [RequiredAttr<"num_scan_inputs", "Int">,
                    Attr<"num_captures", "Int", "0">,
                    Attr<"scan_input_axes", "Ints">,
                    Attr<"scan_input_directions", "Ints">,
                    Attr<"scan_output_axes", "Ints">,
                    Attr<"scan_output_directions", "Ints">];
  let regions = ["body"];
  let hasVerifier = 1;
  let inferTypes = "scan";
}

#endif // ONNC_IR_OPS_ONNXCONTROLFLOW_TD
