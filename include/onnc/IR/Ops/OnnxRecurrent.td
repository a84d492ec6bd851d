//===- OnnxRecurrent.td - Recurrent layers --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// X is T×N×I (sequence, batch, input), W is D×(G·H)×I, R is D×(G·H)×H, B is
/// D×(2·G·H): first the biases of W, then those of R; D is 2 where the
/// direction is bidirectional, else 1; G the number of gates. Y is T×D×N×H, Y_h
/// and Y_c are D×N×H. With layout 1: X is N×T×I, Y is N×T×D×H, states are
/// N×D×H.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXRECURRENT_TD
#define ONNC_IR_OPS_ONNXRECURRENT_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_LSTM : OnnxOp<"LSTM", 22> {
  let summary = "Long short-term memory";
  let description = [{
    Gates stand in the order input, output, forget, cell.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>, ArgOf<"R", FloatT>,
                  OptArgOf<"B", FloatT>, OptArg<"sequence_lens", Int32>,
                  OptArgOf<"initial_h", FloatT>, OptArgOf<"initial_c", FloatT>,
                  OptArgOf<"P", FloatT>];
  let results = [OptArgOf<"Y", FloatT>, OptArgOf<"Y_h", FloatT>,
                 OptArgOf<"Y_c", FloatT>];
  let attributes = [Attr<"activation_alpha", "Floats">,
                    Attr<"activation_beta", "Floats">,
                    Attr<"activations", "Strings">, Attr<"clip", "Float">,
                    Attr<"direction", "String", "\"forward\"">,
                    Attr<"hidden_size", "Int">,
                    Attr<"input_forget", "Int", "0">,
                    Attr<"layout", "Int", "0">];
  let inferTypes = "lstm";
  let indexing = "recurrent";
}

def Onnx_GRU : OnnxOp<"GRU", 22> {
  let summary = "Gated recurrent unit";
  let description = [{
    Gates stand in the order update, reset, hidden.
  }];
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>, ArgOf<"R", FloatT>,
                  OptArgOf<"B", FloatT>, OptArg<"sequence_lens", Int32>,
                  OptArgOf<"initial_h", FloatT>];
  let results = [OptArgOf<"Y", FloatT>, OptArgOf<"Y_h", FloatT>];
  let attributes = [Attr<"activation_alpha", "Floats">,
                    Attr<"activation_beta", "Floats">,
                    Attr<"activations", "Strings">, Attr<"clip", "Float">,
                    Attr<"direction", "String", "\"forward\"">,
                    Attr<"hidden_size", "Int">, Attr<"layout", "Int", "0">,
                    Attr<"linear_before_reset", "Int", "0">];
  let inferTypes = "gru";
  let indexing = "recurrent";
}

def Onnx_RNN : OnnxOp<"RNN", 22> {
  let summary = "A recurrent layer with one gate";
  let operands = [ArgOf<"X", FloatT>, ArgOf<"W", FloatT>, ArgOf<"R", FloatT>,
                  OptArgOf<"B", FloatT>, OptArg<"sequence_lens", Int32>,
                  OptArgOf<"initial_h", FloatT>];
  let results = [OptArgOf<"Y", FloatT>, OptArgOf<"Y_h", FloatT>];
  let attributes = [Attr<"activation_alpha", "Floats">,
                    Attr<"activation_beta", "Floats">,
                    Attr<"activations", "Strings">, Attr<"clip", "Float">,
                    Attr<"direction", "String", "\"forward\"">,
                    Attr<"hidden_size", "Int">, Attr<"layout", "Int", "0">];
  let inferTypes = "rnn";
  let indexing = "recurrent";
}

#endif // ONNC_IR_OPS_ONNXRECURRENT_TD
