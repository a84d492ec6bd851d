//===- SequenceModels.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionBuilder.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::functions;

/// Dimension \p i of \p value where it is a number.
static std::optional<int64_t> getDim(Value *value, unsigned i) {
  TensorType type = value ? value->getTensorType() : TensorType();
  return type && type.hasRank() && i < type.getRank()
             ? type.getDim(i).getConstant()
             : std::nullopt;
}

/// Operand \p i as (batch, heads, length, size).
static Value *splitHeads(FunctionBuilder &f, unsigned i, StringRef heads) {
  Value *x = f.wide(i);
  if (f.getType(i).getRank() == 4)
    return x;
  x = f.reshape(x, {0, 0, f.op->getInt(heads, 0), -1});
  return f.transpose(x, {0, 2, 1, 3});
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Each head \p group times in a row.
static Value *repeatHeads(FunctionBuilder &f, Value *x, int64_t heads,
                          int64_t group) {
  if (group == 1)
    return x;
  SmallVector<int64_t, 16> indices;
  for (int64_t i = 0; i < heads * group; ++i)
    indices.push_back(i / group);
  return f("Gather", {x, f.ints(indices)}, f.attr("axis", int64_t(1)));
}

/// The counters 0, 1, … along dimension \p dim of \p scores, shaped to
/// broadcast to it.
static Value *counters(FunctionBuilder &f, Value *scores, int64_t dim) {
  Value *range =
      f("Range", {f.ints(0, true), f.dim(scores, dim), f.ints(1, true)});
  return dim == 2 ? f.unsqueeze(range, 1) : range;
}

/// Where a query must not look at a key; null where it may everywhere.
static Value *getForbidden(FunctionBuilder &f, Value *scores) {
  Value *forbidden = nullptr;
  auto forbid = [&](Value *where) {
    forbidden = forbidden ? f("Or", {forbidden, where}) : where;
  };
  Value *lengths = f.has(6) ? f.unsqueeze(f.operand(6), {1, 2, 3}) : nullptr;
  if (lengths)
    forbid(f("GreaterOrEqual", {counters(f, scores, 3), lengths}));
  if (f.op->getInt("is_causal", 0)) {
    // The last key that a query may look at.
    Value *last = counters(f, scores, 2);
    if (lengths)
      last = f("Add", {last, f("Sub", {lengths, f.dim(scores, 2)})});
    else if (f.has(4))
      last = f("Add", {last, f.dim(f.operand(4), 2)});
    forbid(f("Greater", {counters(f, scores, 3), last}));
  }
  if (f.has(3) && f.getType(3).getElementType() == ElementType::Bool)
    forbid(f("Not", {f.operand(3)}));
  return forbidden;
}

/// Attention: softmax(softcap(Q Kᵀ scale) + mask) V.
static Results attention(FunctionBuilder &f) {
  for (unsigned i : {0, 1, 2})
    if (!f.getType(i) || !f.getType(i).hasRank())
      return {};
  Value *q = splitHeads(f, 0, "q_num_heads");
  Value *k = splitHeads(f, 1, "kv_num_heads");
  Value *v = splitHeads(f, 2, "kv_num_heads");
  auto heads = getDim(q, 1), keyHeads = getDim(k, 1), size = getDim(q, 3);
  if (!heads || !keyHeads || !size || *keyHeads == 0)
    return {};
  NamedAttr along = f.attr("axis", int64_t(2));
  if (f.has(4))
    k = f("Concat", {f.wide(4), k}, along);
  if (f.has(5))
    v = f("Concat", {f.wide(5), v}, along);
  // A shorter mask forbids the keys behind its end: that takes its size.
  auto keys = getDim(k, 2);
  if (f.has(3)) {
    auto masked = getDim(
        f.operand(3), f.getType(3).hasRank() ? f.getType(3).getRank() - 1 : 0);
    if (!masked || !keys || *masked != *keys)
      return {};
  }
  Results results(4, nullptr);
  results[1] = f.narrow(k);
  results[2] = f.narrow(v, 2);

  const int64_t group = *heads / *keyHeads;
  k = repeatHeads(f, k, *keyHeads, group);
  v = repeatHeads(f, v, *keyHeads, group);
  const double scale = f.op->hasAttr("scale") ? f.op->getFloat("scale", 1)
                                              : 1 / std::sqrt(double(*size));
  Value *scores = f("MatMul", {f("Mul", {q, f.scalar(scale, q)}),
                               f.transpose(k, {0, 1, 3, 2})});
  Value *stages[4] = {scores};
  if (double softcap = f.op->getFloat("softcap", 0); softcap > 0) {
    Value *cap = f.scalar(softcap, scores);
    scores = f("Mul", {cap, f("Tanh", {f("Div", {scores, cap})})});
  }
  stages[1] = scores;
  if (f.has(3) && f.getType(3).getElementType() != ElementType::Bool)
    scores =
        f("Add", {scores, f.cast(f.operand(3),
                                 scores->getTensorType().getElementType())});
  if (Value *forbidden = getForbidden(f, scores))
    scores = f("Where", {forbidden, f.scalar(-INFINITY, scores), scores});
  stages[2] = scores;
  // With nothing to look at all is 0.
  Value *largest = f.reduce("ReduceMax", scores, 3);
  Value *isEmpty = f("Equal", {largest, f.scalar(-INFINITY, largest)});
  Value *e =
      f("Exp",
        {f("Sub",
           {scores, f("Where", {isEmpty, f.scalar(0, largest), largest})})});
  Value *sum = f.reduce("ReduceSum", e, 3);
  scores = f("Div", {e, f("Where", {isEmpty, f.scalar(1, sum), sum})});
  stages[3] = scores;
  results[3] = f.narrow(stages[f.op->getInt("qk_matmul_output_mode", 0)]);
  Value *y = f("MatMul", {scores, v});
  if (f.getType(0).getRank() == 3)
    y = f.reshape(f.transpose(y, {0, 2, 1, 3}), {0, 0, -1});
  results[0] = f.narrow(y);
  return results;
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding and CausalConvWithState
//===----------------------------------------------------------------------===//

/// RotaryEmbedding: (a, b) → (a cos - b sin, a sin + b cos) for the pairs of
/// each head.
static Results rotaryEmbedding(FunctionBuilder &f) {
  TensorType type = f.getType(0);
  if (!type || !type.hasRank())
    return {};
  const bool packed = type.getRank() == 3;
  Value *x = f.wide(0);
  if (packed)
    x = f.reshape(x, {0, 0, f.op->getInt("num_heads", 0), -1});
  auto size = getDim(x, 3);
  if (!size)
    return {};
  const int64_t given = f.op->getInt("rotary_embedding_dim", 0);
  const int64_t rotated = given ? given : *size;
  auto getAngles = [&](unsigned i) {
    Value *cache = f.wide(i);
    if (f.has(3))
      cache = f("Gather", {cache, f.operand(3)});
    return f.unsqueeze(cache, packed ? 2 : 1);
  };
  Value *cosine = getAngles(1), *sine = getAngles(2);
  const bool interleaved = f.op->getInt("interleaved", 0);
  Value *a = interleaved ? f.slice(x, 3, 0, rotated, 2)
                         : f.slice(x, 3, 0, rotated / 2);
  Value *b = interleaved ? f.slice(x, 3, 1, rotated, 2)
                         : f.slice(x, 3, rotated / 2, rotated);
  Value *real = f("Sub", {f("Mul", {a, cosine}), f("Mul", {b, sine})});
  Value *imaginary = f("Add", {f("Mul", {a, sine}), f("Mul", {b, cosine})});
  Value *y;
  if (interleaved)
    y = f.reshape(f("Concat", {f.unsqueeze(real, 4), f.unsqueeze(imaginary, 4)},
                    f.attr("axis", int64_t(4))),
                  {0, 0, 0, rotated});
  else
    y = f("Concat", {real, imaginary}, f.attr("axis", int64_t(3)));
  if (rotated != *size)
    y = f("Concat", {y, f.slice(x, 3, rotated, *size)},
          f.attr("axis", int64_t(3)));
  return {f.narrow(packed ? f.reshape(y, {0, 0, -1}) : y)};
}

/// CausalConvWithState: a depthwise Conv over the state and the input.
static Results causalConvWithState(FunctionBuilder &f) {
  auto channels = getDim(f.operand(0), 1), kernel = getDim(f.operand(1), 2);
  if (!channels || !kernel || *channels == 0)
    return {};
  Value *x = f.wide(0);
  const int64_t kept = *kernel - 1;
  if (f.has(3))
    x = f("Concat", {f.wide(3), x}, f.attr("axis", int64_t(2)));
  else
    x = f("Pad", {x, f.ints({0, 0, kept, 0, 0, 0})});
  SmallVector<Value *, 3> operands = {x, f.wide(1)};
  if (f.has(2))
    operands.push_back(f.wide(2));
  Value *y = f("Conv", operands, f.attr("group", *channels));
  if (f.op->getString("activation", "none") != "none")
    y = f("Mul", {y, f("Sigmoid", {y})});
  Results results = {f.narrow(y)};
  if (f.wants(1))
    // From the end on; -0 would be the beginning.
    results.push_back(
        f.narrow(kept ? f.slice(x, 2, -kept, INT64_MAX) : f.slice(x, 2, 0, 0)));
  return results;
}

ArrayRef<Pattern> functions::getSequenceModels() {
  static constexpr Pattern table[] = {
      {"expand-attention", "onnx.Attention", expand<attention>},
      {"expand-causal-conv-with-state", "onnx.CausalConvWithState",
       expand<causalConvWithState>},
      {"expand-rotary-embedding", "onnx.RotaryEmbedding",
       expand<rotaryEmbedding>},
  };
  return table;
}
