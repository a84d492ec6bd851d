//===- Passes.td - Target-neutral rewrites --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_PASSES_TD
#define ONNC_TRANSFORMS_PASSES_TD

include "onnc/Pass/PassBase.td"

def Transforms : PassGroup<"Transforms">;

/// Counts what applyPatterns did.
defvar rewriteStatistics = [
  Statistic<"applied", "rewrites">,
  Statistic<"removed", "operations that rewrites left dead, removed">,
];

def Canonicalize : Pass<"canonicalize", Transforms> {
  let summary = "Gives operations that compute the same one form";
  let description = [{
    Results are bit-equal. Rewrites to a fixpoint, so that later passes and
    targets see fewer forms:

    - what gives back its operand goes: Identity, Dropout outside training, and
      Reshape, Transpose, Cast, Pad, Slice, Expand, Concat, … that change
      nothing;
    - Flatten, Squeeze and Unsqueeze become Reshape with a constant shape, and
      so does a Transpose that only moves dimensions of size 1: what a target
      can do without touching an element is one operator. This needs at most
      one dimension that isn't a constant, besides those that stay where they
      are;
    - of several Reshapes or Transposes in a row one is left;
    - a Reshape whose shape is computed, but known, gets a constant shape;
    - a Sum of two is an Add; the constant of a commutative operator stands
      on the right; x + -0, x - 0, x * 1, x / 1 and x ** 1 are x;
    - a MatMul of two matrices is a Gemm, which takes Transposes into its flags;
    - an If whose condition is a constant is its branch.
  }];
  let statistics = rewriteStatistics;
}

def EliminateCommonSubexpressions
    : Pass<"eliminate-common-subexpressions", Transforms> {
  let summary = "Computes what several operations compute only once";
  let description = [{
    Two operations of one region are the same if operator, operands,
    attributes and result types are; the second is replaced by the first.
    Operations with effects, random results or bodies are left alone. The
    operands of a commutative operator may be swapped if there are two of
    them: a longer sum depends on its order.
  }];
  let statistics = [Statistic<"eliminated", "operations replaced by another">];
}

def EliminateDeadCode : Pass<"eliminate-dead-code", Transforms> {
  let summary = "Removes operations whose results nobody uses";
  let description = [{
    Operations with an effect stay, and those whose bodies have one.
  }];
  let statistics = [Statistic<"removed", "operations removed">];
}

def ExpandFunctions : Pass<"expand-functions", Transforms> {
  let summary = "Replaces operators that are functions of others by these";
  let description = [{
    ONNX defines many operators by others; lib/Transforms/Functions has these
    definitions. For targets that know few operators, and for passes that look
    at what is computed:

    - activations: Celu, Clip, Elu, Gelu, HardSigmoid, HardSwish, LeakyRelu,
      Mish, PRelu, Selu, Shrink, Softplus, Softsign, SwiGLU, Swish,
      ThresholdedRelu; GreaterOrEqual, LessOrEqual, CastLike;
    - ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp, ReduceSumSquare;
    - Softmax, LogSoftmax, LpNormalization, MeanVarianceNormalization,
      LayerNormalization, RMSNormalization, GroupNormalization;
    - NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss;
    - Attention, RotaryEmbedding, CausalConvWithState where the sizes of heads
      and channels are known;
    - AffineGrid and CenterCropPad of known sizes, Bernoulli.

    Results are rounded differently; float16 and bfloat16 are computed in f32
    and rounded once.
  }];
  let statistics = rewriteStatistics;
}

def FoldBatchNormalization : Pass<"fold-batch-normalization", Transforms> {
  let summary = "Folds BatchNormalization into weights, or makes it Mul and Add";
  let description = [{
    Outside training and with constant parameters, BatchNormalization scales
    and shifts each channel. Behind a Conv, ConvTranspose or Gemm with constant
    weights and no other user, the scale goes into the weights and the shift
    into the bias; elsewhere it becomes a Mul and an Add with a constant of one
    element per channel.

    Results are rounded differently: parameters are computed in double
    precision and rounded once to the element type. Where a new weight would
    not be finite in that type, the operation stays as it is.
  }];
  let statistics = rewriteStatistics;
}

def FoldConstants : Pass<"fold-constants", Transforms> {
  let summary = "Computes what doesn't depend on the inputs";
  let description = [{
    Operations whose operands are constants are replaced by their results, which
    the interpreter computes: the same bits as at run time. So are those whose
    result shape inference knows, such as the Shape of a tensor of static shape,
    or what is computed from parts of a shape that are known.

    Left alone are operations with effects, random results or bodies, those
    that fail (they would fail at run time, if they are reached), those whose
    results take much more memory than their operands, and those that would
    take long. Moving or repeating the one element of a splat, or filling a
    shape with it, gives a splat of any size for nothing.
  }];
  let options = [
    IntOption<"max-growth", 1048576, "bytes by which the results of an operation may exceed its operands">,
    IntOption<"max-work", 268435456, "elementary operations that folding one operation may take (estimated)">,
  ];
  let statistics = [
    Statistic<"folded", "operations replaced by constants">,
    Statistic<"too-large", "operations left because of max-growth">,
    Statistic<"too-long", "operations left because of max-work">,
  ];
}

def FoldQDQ : Pass<"fold-qdq", Transforms> {
  let summary = "Makes quantized models integer operators";
  let description = [{
    A float operator between the DequantizeLinear of its operands and the
    QuantizeLinear of its result becomes integer operators (docs/Quantization.md
    has their definitions), and so do QLinearConv and QLinearMatMul:

    - Conv, Gemm and MatMul: ConvInteger or MatMulInteger and quant.Requantize,
      in which a Relu or Clip becomes the range;
    - Add, Sub and Sum: quant.Sum; Mul: quant.Mul and quant.Requantize;
    - AveragePool, GlobalAveragePool and ReduceMean over all spatial dimensions:
      quant.SumPool and quant.Requantize;
    - Softmax: quant.Softmax;
    - what computes each element from one of one tensor: quant.Table;
    - what moves or selects elements (Reshape, Transpose, Concat, Slice, Pad,
      MaxPool, …) does so on the integers.

    Scales, zero points, weights and biases must be constant. Run it before
    fold-constants, which makes quantized weights floats. A result may differ
    by one unit where the floats' own rounding decides a near-tie.
  }];
  let options = [
    BoolOption<"explain", 0, "say why a group stays as it is">,
  ];
  let statistics = !listconcat(rewriteStatistics, [
    Statistic<"left", "groups that stay in floating point">]);
}

def FuseBias : Pass<"fuse-bias", Transforms> {
  let summary = "Makes an Add behind a Conv or Gemm its bias";
  let description = [{
    Behind a Conv or ConvTranspose the other operand must be a constant of one
    element per channel, and the bias that is there, if any, a constant.
    Behind a Gemm it may be anything that broadcasts to the result if there is
    no bias yet, else both must be constants. The product may have no other
    user.

    Results are rounded differently: the sum is rounded once, no longer the
    product and then the sum. A bias that would not be finite isn't fused.
  }];
  let statistics = rewriteStatistics;
}

def InferTypes : Pass<"infer-types", Transforms> {
  let summary = "Infers the types of all values to a fixpoint";
  let description = [{
    Types only become more precise: an inferred type is unified with the one
    that stands there. Operands that contradict an operator, or a result's
    declared type, are errors.
  }];
  let statistics = [Statistic<"refined", "values whose type became known better">];
}

#endif // ONNC_TRANSFORMS_PASSES_TD
