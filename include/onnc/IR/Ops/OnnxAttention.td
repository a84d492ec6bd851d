//===- OnnxAttention.td - Attention and sequence models -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXATTENTION_TD
#define ONNC_IR_OPS_ONNXATTENTION_TD

include "onnc/IR/Ops/OnnxDialect.td"

/// The types that attention by recurrence computes in.
def NarrowFloats : ElementTypes<["f16", "f32", "bf16"]>;
def NarrowFloatT : TypeVar<"T", NarrowFloats>;
def AttentionT1 : TypeVar<"T1", Floats>;
def AttentionT2 : TypeVar<"T2", Floats>;
def StateS : TypeVar<"S", NarrowFloats>;

def Onnx_Attention : OnnxOp<"Attention", 24> {
  let summary = "Scaled dot-product attention";
  let description = [{
    softmax(softcap(Q·Kᵀ·scale) + mask)·V for each head; rank 4 is (batch,
    heads, sequence, size), rank 3 packs the heads into the last dimension.
    Query heads share key and value heads in groups. Past keys and values are
    put before the new ones. A row with nothing to attend to gives zeros.

    "qk_matmul_output_mode" tells what the fourth result is: the scaled
    product (0), after softcap (1), after the mask (2), after softmax (3).
  }];
  let operands = [ArgOf<"Q", AttentionT1>, ArgOf<"K", AttentionT1>,
                  ArgOf<"V", AttentionT2>,
                  OptArg<"attn_mask", NumericAndBool>,
                  OptArgOf<"past_key", AttentionT1>,
                  OptArgOf<"past_value", AttentionT2>,
                  OptArg<"nonpad_kv_seqlen", Int64>];
  let results = [ArgOf<"Y", AttentionT1>, OptArgOf<"present_key", AttentionT1>,
                 OptArgOf<"present_value", AttentionT2>,
                 OptArgOf<"qk_matmul_output", AttentionT1>];
  let attributes = [Attr<"is_causal", "Int", "0">, Attr<"kv_num_heads", "Int">,
                    Attr<"q_num_heads", "Int">,
                    Attr<"qk_matmul_output_mode", "Int", "0">,
                    Attr<"scale", "Float">, Attr<"softcap", "Float", "0.0">,
                    Attr<"softmax_precision", "Int">];
  let inferTypes = "attention";
  let indexing = "attention";
}

def Onnx_RotaryEmbedding : OnnxOp<"RotaryEmbedding", 23> {
  let summary = "Rotates pairs of elements by angles of their position";
  let description = [{
    Pairs are neighbours with "interleaved", else one of each half. Without
    "position_ids" the caches have a row for every instance and position.
  }];
  let operands = [ArgOf<"X", NarrowFloatT>, ArgOf<"cos_cache", NarrowFloatT>,
                  ArgOf<"sin_cache", NarrowFloatT>,
                  OptArg<"position_ids", Int64>];
  let results = [ArgOf<"Y", NarrowFloatT>];
  let attributes = [Attr<"interleaved", "Int", "0">,
                    Attr<"num_heads", "Int", "0">,
                    Attr<"rotary_embedding_dim", "Int", "0">];
  let inferTypes = "rotaryEmbedding";
  let indexing = "rotaryEmbedding";
}

def Onnx_LinearAttention : OnnxOp<"LinearAttention", 27> {
  let summary = "Attention by a recurrent state: a matrix for each head";
  let description = [{
    S = exp(decay)·S + k ⊗ u and o = scale·qᵀS for each position. u is the
    value, or with the update rules "delta" and "gated_delta"
    beta·(v - Sᵀk); only the "gated" rules decay.
  }];
  let operands = [ArgOf<"query", NarrowFloatT>, ArgOf<"key", NarrowFloatT>,
                  ArgOf<"value", NarrowFloatT>,
                  OptArgOf<"past_state", StateS>,
                  OptArgOf<"decay", NarrowFloatT>,
                  OptArgOf<"beta", NarrowFloatT>];
  let results = [ArgOf<"output", NarrowFloatT>,
                 ArgOf<"present_state", StateS>];
  let attributes = [Attr<"chunk_size", "Int", "64">,
                    RequiredAttr<"kv_num_heads", "Int">,
                    RequiredAttr<"q_num_heads", "Int">,
                    Attr<"scale", "Float", "0.0">,
                    Attr<"update_rule", "String", "\"gated_delta\"">];
  let inferTypes = "linearAttention";
  let indexing = "linearAttention";
}

def Onnx_CausalConvWithState : OnnxOp<"CausalConvWithState", 27> {
  let summary = "A causal convolution of each channel that carries its state";
  let description = [{
    The state is the k - 1 elements before the input; zeros where there is
    none. "activation" is none, silu or swish.
  }];
  let operands = [ArgOf<"input", NarrowFloatT>, ArgOf<"weight", NarrowFloatT>,
                  OptArgOf<"bias", NarrowFloatT>,
                  OptArgOf<"past_state", NarrowFloatT>];
  let results = [ArgOf<"output", NarrowFloatT>,
                 ArgOf<"present_state", NarrowFloatT>];
  let attributes = [Attr<"activation", "String", "\"none\"">];
  let inferTypes = "causalConvWithState";
  let indexing = "causalConvWithState";
}

def Onnx_TensorScatter : OnnxOp<"TensorScatter", 24> {
  let summary = "A cache with some positions overwritten";
  let description = [{
    "write_indices" says for each instance where the update begins on the
    axis; zeros by default. In mode "circular" it wraps around.
  }];
  let operands = [ArgOf<"past_cache", AnyT>, ArgOf<"update", AnyT>,
                  OptArg<"write_indices", Int64>];
  let results = [ArgOf<"present_cache", AnyT>];
  let attributes = [Attr<"axis", "Int", "-2">,
                    Attr<"mode", "String", "\"linear\"">];
  let inferTypes = "tensorScatter";
  let indexing = "tensorScatter";
}

/// The operator set ai.onnx.preview: forms that may still change.
def OnnxPreview : Dialect<"onnx_preview", "onnx_preview"> {
  let isOnnx = 1;
  let domain = "ai.onnx.preview";
}

def OnnxPreview_FlexAttention : Op<OnnxPreview, "FlexAttention"> {
  let since = 1;
  let summary = "Attention whose scores and probabilities bodies may change";
  let description = [{
    prob_mod(softmax(score_mod(Q·Kᵀ·scale)))·V for each head. Both bodies
    have an argument for the tensor and one for each captured value; one that
    a model leaves out hands its argument out.
  }];
  let operands = [ArgOf<"Q", AttentionT1>, ArgOf<"K", AttentionT1>,
                  ArgOf<"V", AttentionT1>, VarArg<"captures", Anything>];
  let results = [ArgOf<"Y", AttentionT1>];
  let attributes = [Attr<"scale", "Float">, Attr<"softmax_precision", "Int">];
  let regions = ["score_mod", "prob_mod"];
  let hasVerifier = 1;
  let inferTypes = "flexAttention";
}

#endif // ONNC_IR_OPS_ONNXATTENTION_TD
