//===- OnnxSequence.td - Sequences and optionals --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXSEQUENCE_TD
#define ONNC_IR_OPS_ONNXSEQUENCE_TD

include "onnc/IR/Ops/OnnxDialect.td"

/// Looks through sequences and optionals.
def ItemT : TypeVar<"T", Classic>;

def Onnx_SequenceConstruct : OnnxOp<"SequenceConstruct", 11> {
  let summary = "A sequence of tensors";
  let operands = [VarArgOf<"inputs", ItemT>];
  let results = [ArgOf<"output_sequence", ItemT>];
  let inferTypes = "sequenceConstruct";
}

def Onnx_SequenceEmpty : OnnxOp<"SequenceEmpty", 11> {
  let summary = "An empty sequence";
  let description = [{
    "dtype" is the number of a TensorProto.DataType, float by default.
  }];
  let results = [Arg<"output", Classic>];
  let attributes = [Attr<"dtype", "Int">];
  let inferTypes = "sequenceEmpty";
}

def Onnx_SequenceAt : OnnxOp<"SequenceAt", 11> {
  let summary = "The tensor at a position";
  let description = [{
    Negative positions count from the back.
  }];
  let operands = [ArgOf<"input_sequence", ItemT>, Arg<"position", IndexInts>];
  let results = [ArgOf<"tensor", ItemT>];
  let inferTypes = "sequenceAt";
}

def Onnx_SequenceInsert : OnnxOp<"SequenceInsert", 11> {
  let summary = "A sequence with one more tensor";
  let description = [{
    At the end without a position.
  }];
  let operands = [ArgOf<"input_sequence", ItemT>, ArgOf<"tensor", ItemT>,
                  OptArg<"position", IndexInts>];
  let results = [ArgOf<"output_sequence", ItemT>];
  let inferTypes = "sequenceInsert";
}

def Onnx_SequenceErase : OnnxOp<"SequenceErase", 11> {
  let summary = "A sequence with one tensor less";
  let description = [{
    The last without a position.
  }];
  let operands = [ArgOf<"input_sequence", ItemT>,
                  OptArg<"position", IndexInts>];
  let results = [ArgOf<"output_sequence", ItemT>];
  let inferTypes = "sequenceErase";
}

def Onnx_SequenceLength : OnnxOp<"SequenceLength", 11> {
  let summary = "The number of tensors";
  let operands = [Arg<"input_sequence", Classic>];
  let results = [Arg<"length", Int64>];
  let inferTypes = "sequenceLength";
}

def Onnx_SplitToSequence : OnnxOp<"SplitToSequence", 24> {
  let summary = "Splits a tensor along an axis into a sequence";
  let description = [{
    A scalar "split" is the size of every part but perhaps the last, a
    vector gives all sizes. Without it the parts have size 1, and "keepdims"
    tells whether that dimension stays.
  }];
  let operands = [ArgOf<"input", ItemT>, OptArg<"split", IndexInts>];
  let results = [ArgOf<"output_sequence", ItemT>];
  let attributes = [Attr<"axis", "Int", "0">, Attr<"keepdims", "Int", "1">];
  let inferTypes = "splitToSequence";
}

def Onnx_ConcatFromSequence : OnnxOp<"ConcatFromSequence", 11> {
  let summary = "Joins the tensors of a sequence";
  let description = [{
    Along an axis or, with "new_axis", along a new one.
  }];
  let operands = [ArgOf<"input_sequence", ItemT>];
  let results = [ArgOf<"concat_result", ItemT>];
  let attributes = [RequiredAttr<"axis", "Int">, Attr<"new_axis", "Int", "0">];
  let inferTypes = "concatFromSequence";
}

def Onnx_Optional : OnnxOp<"Optional", 28> {
  let summary = "An optional value";
  let description = [{
    Empty without an operand; "type", the type of the element, is then
    required.
  }];
  let operands = [OptArgOf<"input", ItemT>];
  let results = [ArgOf<"output", ItemT>];
  let attributes = [Attr<"type", "Type">];
  let inferTypes = "optional";
}

def Onnx_OptionalGetElement : OnnxOp<"OptionalGetElement", 28> {
  let summary = "The element of an optional value";
  let description = [{
    A tensor or sequence is its own element.
  }];
  let operands = [ArgOf<"input", ItemT>];
  let results = [ArgOf<"output", ItemT>];
  let inferTypes = "optionalGetElement";
}

def Onnx_OptionalHasElement : OnnxOp<"OptionalHasElement", 28> {
  let summary = "Is the optional value there?";
  let description = [{
    A tensor or sequence always is.
  }];
  let operands = [OptArg<"input", Classic>];
  let results = [Arg<"output", Bool>];
  let inferTypes = "optionalHasElement";
}

def Onnx_SequenceMap : OnnxOp<"SequenceMap", 17> {
  let summary = "Runs a body on the elements of sequences";
  let description = [{
    "additional_inputs" holds further sequences as long as the first, tensors
    that every run of the body gets, and as its last "num_captures" the
    captured values. A result is the sequence of what the runs give.
  }];
  let operands = [Arg<"input_sequence", Classic>,
                  VarArg<"additional_inputs", Anything>];
  let results = [VarArg<"out_sequence", Classic>];
  let attributes = [Attr<"num_captures", "Int", "0">];
  let regions = ["body"];
  let hasVerifier = 1;
  let inferTypes = "sequenceMap";
}

#endif // ONNC_IR_OPS_ONNXSEQUENCE_TD
