//===- OnnxMatrix.td - Products of matrices -------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXMATRIX_TD
#define ONNC_IR_OPS_ONNXMATRIX_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Onnx_Gemm : OnnxOp<"Gemm", 13> {
  let summary = "alpha * A' * B' + beta * C of matrices";
  let description = [{
    A' is A or, with "transA", its transpose. C broadcasts to the result.
  }];
  let operands = [ArgOf<"A", WideNumericT>, ArgOf<"B", WideNumericT>,
                  OptArgOf<"C", WideNumericT>];
  let results = [ArgOf<"Y", WideNumericT>];
  let attributes = [Attr<"alpha", "Float", "1.0">,
                    Attr<"beta", "Float", "1.0">, Attr<"transA", "Int", "0">,
                    Attr<"transB", "Int", "0">];
  let inferTypes = "gemm";
  let indexing = "gemm";
}

def Onnx_MatMul : OnnxOp<"MatMul", 13> {
  let summary = "The product of matrices, broadcast over leading dimensions";
  let description = [{
    As numpy.matmul.
  }];
  let operands = [ArgOf<"A", WideNumericT>, ArgOf<"B", WideNumericT>];
  let results = [ArgOf<"Y", WideNumericT>];
  let inferTypes = "matMul";
  let indexing = "matMul";
}

def Onnx_Einsum : OnnxOp<"Einsum", 12> {
  let summary = "Einstein's summation";
  let description = [{
    "ij,jk->ik": dimensions that don't stand in the result are summed over.
    "..." stands for dimensions that broadcast.
  }];
  let operands = [VarArgOf<"Inputs", NumericT>];
  let results = [ArgOf<"Output", NumericT>];
  let attributes = [RequiredAttr<"equation", "String">];
  let inferTypes = "einsum";
  let indexing = "einsum";
}

def Onnx_Det : OnnxOp<"Det", 22> {
  let summary = "The determinants of square matrices";
  let operands = [ArgOf<"X", FloatT>];
  let results = [ArgOf<"Y", FloatT>];
  let inferTypes = "det";
  let indexing = "det";
}

#endif // ONNC_IR_OPS_ONNXMATRIX_TD
