//===- OnnxSignal.td - Signal processing ----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXSIGNAL_TD
#define ONNC_IR_OPS_ONNXSIGNAL_TD

include "onnc/IR/Ops/OnnxDialect.td"

def SignalT1 : TypeVar<"T1", Floats>;
def SignalT2 : TypeVar<"T2", IndexInts>;

def Onnx_DFT : OnnxOp<"DFT", 20> {
  let summary = "The discrete Fourier transform along an axis";
  let description = [{
    The last dimension is the real part, or real and imaginary part. With
    "onesided" the half of a spectrum that determines the rest: what a real
    signal gives, and what the inverse makes a real signal of.
  }];
  let operands = [ArgOf<"input", SignalT1>, OptArgOf<"dft_length", SignalT2>,
                  OptArg<"axis", Int64>];
  let results = [ArgOf<"output", SignalT1>];
  let attributes = [Attr<"inverse", "Int", "0">, Attr<"onesided", "Int", "0">];
  let inferTypes = "dft";
  let indexing = "dft";
}

def Onnx_STFT : OnnxOp<"STFT", 17> {
  let summary = "Fourier transforms of the frames of a signal";
  let description = [{
    The frames are as long as the window or as "frame_length" says.
  }];
  let operands = [ArgOf<"signal", SignalT1>, ArgOf<"frame_step", SignalT2>,
                  OptArgOf<"window", SignalT1>,
                  OptArgOf<"frame_length", SignalT2>];
  let results = [ArgOf<"output", SignalT1>];
  let attributes = [Attr<"onesided", "Int", "1">];
  let inferTypes = "stft";
  let indexing = "stft";
}

def Onnx_MelWeightMatrix : OnnxOp<"MelWeightMatrix", 17> {
  let summary = "The matrix that turns a spectrum into mel bins";
  let operands = [ArgOf<"num_mel_bins", SignalT2>,
                  ArgOf<"dft_length", SignalT2>,
                  ArgOf<"sample_rate", SignalT2>,
                  Arg<"lower_edge_hertz", Floats>,
                  Arg<"upper_edge_hertz", Floats>];
  let results = [Arg<"output", Numeric>];
  let attributes = [Attr<"output_datatype", "Int", "1">];
  let inferTypes = "melWeightMatrix";
  let indexing = "fromParameters";
}

/// A window function of a given length.
class OnnxWindow<string mnemonic, string s> : OnnxOp<mnemonic, 17> {
  let summary = s;
  let operands = [Arg<"size", IndexInts>];
  let results = [Arg<"output", Numeric>];
  let attributes = [Attr<"output_datatype", "Int", "1">,
                    Attr<"periodic", "Int", "1">];
  let inferTypes = "window";
  let indexing = "fromParameters";
}
def Onnx_HannWindow : OnnxWindow<"HannWindow", "The Hann window">;
def Onnx_HammingWindow : OnnxWindow<"HammingWindow", "The Hamming window">;
def Onnx_BlackmanWindow : OnnxWindow<"BlackmanWindow", "The Blackman window">;

#endif // ONNC_IR_OPS_ONNXSIGNAL_TD
