//===- Attention.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {

/// An operand (batch, heads, length, size), whichever way its heads are packed.
struct Heads {
  std::vector<double> values;
  int64_t batch, heads, length, size;
  /// Elements between neighbours of each dimension but the last.
  int64_t batchStride, headStride, rowStride;

  const double *row(int64_t b, int64_t h, int64_t i) const {
    return values.data() + b * batchStride + h * headStride + i * rowStride;
  }
  double *row(int64_t b, int64_t h, int64_t i) {
    return const_cast<double *>(std::as_const(*this).row(b, h, i));
  }
};

/// The operands and parameters of an attention, shapes checked.
struct AttentionInputs {
  Heads q, k, v;
  double scale;
  /// Query heads for each key head.
  int64_t group;
};

} // namespace

/// Zeros, laid out as rank 4, or as rank 3 with packed heads.
static Heads makeHeads(int64_t batch, int64_t heads, int64_t length,
                       int64_t size, bool packed) {
  Heads h{{}, batch, heads, length, size, heads * length * size, 0, 0};
  h.headStride = packed ? size : length * size;
  h.rowStride = packed ? heads * size : size;
  return h;
}

static Expected<Heads> loadHeads(KernelContext &ctx, unsigned i,
                                 StringRef headsAttr) {
  const TensorValue &x = ctx.tensor(i);
  Heads h;
  if (x.getRank() == 4) {
    h = makeHeads(x.getDim(0), x.getDim(1), x.getDim(2), x.getDim(3), false);
  } else if (x.getRank() == 3) {
    const int64_t heads = ctx.op.getInt(headsAttr, 0);
    if (heads < 1 || x.getDim(2) % heads)
      return fail("the last dimension of shape " + toText(x.getShape()) +
                  " in " + Twine(heads) + " heads");
    h = makeHeads(x.getDim(0), heads, x.getDim(1), x.getDim(2) / heads, true);
  } else {
    return fail("an operand of rank " + Twine(x.getRank()) +
                " where 3 or 4 is expected");
  }
  h.values = loadReals(x);
  return h;
}

static Expected<AttentionInputs> loadAttention(KernelContext &ctx) {
  AttentionInputs in;
  for (auto [i, heads, attr] : {std::tuple(0, &in.q, "q_num_heads"),
                                {1, &in.k, "kv_num_heads"},
                                {2, &in.v, "kv_num_heads"}}) {
    Expected<Heads> loaded = loadHeads(ctx, i, attr);
    if (!loaded)
      return loaded.takeError();
    *heads = std::move(*loaded);
  }
  if (in.k.batch != in.q.batch || in.v.batch != in.q.batch ||
      in.k.heads != in.v.heads || in.k.length != in.v.length ||
      in.k.size != in.q.size)
    return fail("operands of shapes " + toText(ctx.tensor(0).getShape()) +
                ", " + toText(ctx.tensor(1).getShape()) + " and " +
                toText(ctx.tensor(2).getShape()) + " don't fit together");
  if (in.q.heads != in.k.heads && (!in.k.heads || in.q.heads % in.k.heads))
    return fail(Twine(in.q.heads) + " query heads for " + Twine(in.k.heads) +
                " key heads");
  in.group = in.k.heads ? in.q.heads / in.k.heads : 1;
  in.scale = ctx.op.hasAttr("scale") ? ctx.op.getFloat("scale", 1)
                                     : 1 / std::sqrt(double(in.q.size));
  return in;
}

static double dot(const double *a, const double *b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i != size; ++i)
    sum += a[i] * b[i];
  return sum;
}

/// Softmax in place; zeros where nothing is allowed.
static void softmaxOrZero(MutableArrayRef<double> line) {
  if (line.empty())
    return;
  const double largest = *std::max_element(line.begin(), line.end());
  if (largest == -INFINITY) {
    std::fill(line.begin(), line.end(), 0);
    return;
  }
  double sum = 0;
  for (double &x : line)
    sum += x = std::exp(x - largest);
  for (double &x : line)
    x /= sum;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Puts the past keys or values, operand \p i, before \p heads. The result is
/// of rank 4.
static Expected<Heads> prependPast(KernelContext &ctx, unsigned i,
                                   const Heads &heads) {
  int64_t past = 0;
  std::vector<double> values;
  if (ctx.has(i)) {
    const TensorValue &x = ctx.tensor(i);
    if (x.getRank() != 4 || x.getDim(0) != heads.batch ||
        x.getDim(1) != heads.heads || x.getDim(3) != heads.size)
      return fail("a past of shape " + toText(x.getShape()) + " for " +
                  Twine(heads.batch) + " instances of " + Twine(heads.heads) +
                  " heads of size " + Twine(heads.size));
    past = x.getDim(2);
    values = loadReals(x);
  }
  Heads all = makeHeads(heads.batch, heads.heads, past + heads.length,
                        heads.size, false);
  all.values.resize(values.size() + heads.values.size());
  if (all.values.empty())
    return all;
  for (int64_t b = 0; b != heads.batch; ++b)
    for (int64_t h = 0; h != heads.heads; ++h) {
      std::copy_n(values.begin() + (b * heads.heads + h) * past * heads.size,
                  past * heads.size, all.row(b, h, 0));
      for (int64_t t = 0; t != heads.length; ++t)
        std::copy_n(heads.row(b, h, t), heads.size, all.row(b, h, past + t));
    }
  return all;
}

namespace {
/// What is added to the scores: the mask, and -inf where a query must not look.
class Bias {
public:
  static Expected<Bias> load(KernelContext &ctx, const AttentionInputs &in,
                             int64_t total);

  /// Adds row (b, h, i) to \p scores.
  void add(int64_t b, int64_t h, int64_t i,
           MutableArrayRef<double> scores) const;

private:
  std::vector<double> mask;
  bool isBool = false;
  /// Keys that the mask speaks of; it forbids those behind.
  int64_t masked = 0;
  /// Elements of the mask between instances, heads, queries.
  int64_t strides[3] = {};
  bool causal = false;
  /// Per instance: the keys that there are, and those before the first query.
  std::vector<int64_t> lengths, offsets;
};
} // namespace

Expected<Bias> Bias::load(KernelContext &ctx, const AttentionInputs &in,
                          int64_t total) {
  Bias bias;
  bias.masked = total;
  if (ctx.has(3)) {
    const TensorValue &x = ctx.tensor(3);
    const int64_t target[] = {in.q.batch, in.q.heads, in.q.length};
    Shape shape(x.getShape());
    if (shape.empty() || shape.size() > 4 || shape.back() > total)
      return fail("a mask of shape " + toText(shape) + " for " + Twine(total) +
                  " keys");
    shape.insert(shape.begin(), 4 - shape.size(), 1);
    bias.masked = shape[3];
    int64_t stride = shape[3];
    for (int d = 2; d >= 0; --d) {
      if (shape[d] != 1 && shape[d] != target[d])
        return fail("a mask of shape " + toText(x.getShape()) +
                    " doesn't broadcast to the scores");
      bias.strides[d] = shape[d] == 1 ? 0 : stride;
      stride *= shape[d];
    }
    bias.isBool = x.getElementType() == ElementType::Bool;
    bias.mask = loadReals(x);
  }
  bias.lengths.assign(in.q.batch, total);
  bias.causal = ctx.op.getInt("is_causal", 0);
  bias.offsets.assign(in.q.batch, ctx.has(4) ? ctx.tensor(4).getDim(2) : 0);
  if (ctx.has(6)) {
    bias.lengths = loadInts(ctx.tensor(6));
    if (int64_t(bias.lengths.size()) != in.q.batch)
      return fail(Twine(bias.lengths.size()) + " lengths for " +
                  Twine(in.q.batch) + " instances");
    for (auto [offset, length] : zip(bias.offsets, bias.lengths))
      offset = std::clamp<int64_t>(length, 0, total) - in.q.length;
  }
  return bias;
}

void Bias::add(int64_t b, int64_t h, int64_t i,
               MutableArrayRef<double> scores) const {
  const double *row =
      mask.data() + b * strides[0] + h * strides[1] + i * strides[2];
  for (auto [j, score] : enumerate(scores)) {
    const int64_t key = j;
    if (key >= lengths[b] || (causal && key > i + offsets[b]) ||
        key >= masked || (isBool && row[key] == 0))
      score = -INFINITY;
    else if (!isBool && !mask.empty())
      score += row[key];
  }
}

Error kernels::attention(KernelContext &ctx) {
  Expected<AttentionInputs> in = loadAttention(ctx);
  if (!in)
    return in.takeError();
  Expected<Heads> keys = prependPast(ctx, 4, in->k);
  if (!keys)
    return keys.takeError();
  Expected<Heads> values = prependPast(ctx, 5, in->v);
  if (!values)
    return values.takeError();
  if (keys->length != values->length)
    return fail(Twine(keys->length) + " keys, but " + Twine(values->length) +
                " values");
  const int64_t total = keys->length;
  const Heads &q = in->q;
  const bool packed = ctx.tensor(0).getRank() == 3;
  const ElementType type = ctx.tensor(0).getElementType();
  const Shape shape = packed ? Shape{q.batch, q.length, q.heads * values->size}
                             : Shape{q.batch, q.heads, q.length, values->size};
  const Shape scoresShape = {q.batch, q.heads, q.length, total};
  // Refuses what is too large, and makes the results of what is empty.
  for (auto [i, own] : {std::pair(0u, shape), {3u, scoresShape}}) {
    Expected<TensorValue> zeros = ctx.allocate(type, own);
    if (!zeros)
      return zeros.takeError();
    ctx.set(i, std::move(*zeros));
  }
  const Shape present = {q.batch, keys->heads, total, keys->size};
  const Shape presentValues = {q.batch, keys->heads, total, values->size};
  for (auto [i, element, own, elements] :
       {std::tuple(1u, type, present, ArrayRef(keys->values)),
        {2u, ctx.tensor(2).getElementType(), presentValues,
         ArrayRef(values->values)}}) {
    if (!ctx.wants(i))
      continue;
    Expected<TensorValue> result = storeReals(ctx, element, own, elements);
    if (!result)
      return result.takeError();
    ctx.set(i, std::move(*result));
  }
  if (q.values.empty() || total == 0)
    return Error::success();
  Expected<Bias> bias = Bias::load(ctx, *in, total);
  if (!bias)
    return bias.takeError();
  if (Error error = ctx.countWork(
          {q.batch, q.heads, q.length, total, q.size + values->size}))
    return error;
  const double softcap = ctx.op.getFloat("softcap", 0);
  const int64_t mode = ctx.op.getInt("qk_matmul_output_mode", 0);
  Heads y = makeHeads(q.batch, q.heads, q.length, values->size, packed);
  y.values.resize(q.batch * y.batchStride);
  std::vector<double> shown(ctx.wants(3) ? q.batch * q.heads * q.length * total
                                         : 0);

  parallelFor(ctx, q.batch * q.heads, [&](int64_t n) {
    const int64_t b = n / q.heads, h = n % q.heads, keyHead = h / in->group;
    std::vector<double> scores(total);
    for (int64_t i = 0; i != q.length; ++i) {
      auto show = [&](int64_t stage) {
        if (!shown.empty() && stage == mode)
          std::copy(scores.begin(), scores.end(),
                    shown.begin() + (n * q.length + i) * total);
      };
      for (int64_t j = 0; j != total; ++j)
        scores[j] =
            dot(q.row(b, h, i), keys->row(b, keyHead, j), q.size) * in->scale;
      show(0);
      if (softcap > 0)
        for (double &score : scores)
          score = softcap * std::tanh(score / softcap);
      show(1);
      bias->add(b, h, i, scores);
      show(2);
      softmaxOrZero(scores);
      show(3);
      double *out = y.row(b, h, i);
      for (int64_t j = 0; j != total; ++j)
        // A masked value may be anything, also NaN.
        if (scores[j] != 0)
          for (int64_t c = 0; c != values->size; ++c)
            out[c] += scores[j] * values->row(b, keyHead, j)[c];
    }
  });

  if (ctx.wants(3)) {
    Expected<TensorValue> result = storeReals(ctx, type, scoresShape, shown);
    if (!result)
      return result.takeError();
    ctx.set(3, std::move(*result));
  }
  return ctx.done(storeReals(ctx, type, shape, y.values));
}

//===----------------------------------------------------------------------===//
// FlexAttention
//===----------------------------------------------------------------------===//

/// Hands \p tensor through the body \p region.
static Error modify(KernelContext &ctx, unsigned region, TensorValue &tensor) {
  RuntimeValues args = {tensor};
  append_range(args, ctx.values().drop_front(3));
  Expected<RuntimeValues> results = ctx.callRegion(region, args);
  if (!results)
    return results.takeError();
  const RuntimeValue &result = results->front();
  if (!result.isTensor() ||
      result.getTensor().getShape() != tensor.getShape() ||
      result.getTensor().getElementType() != tensor.getElementType())
    return fail("the body '" + ctx.op.getInfo().regions[region] + "' gives " +
                result.describe() + " for a tensor of shape " +
                toText(tensor.getShape()));
  tensor = result.getTensor();
  return Error::success();
}

Error kernels::flexAttention(KernelContext &ctx) {
  for (unsigned i : {0, 1, 2})
    if (!ctx.value(i).isTensor() || ctx.tensor(i).getRank() != 4)
      return fail("operand " + Twine(i) + " is " + ctx.value(i).describe() +
                  " where a tensor of rank 4 is expected");
  Expected<AttentionInputs> in = loadAttention(ctx);
  if (!in)
    return in.takeError();
  const Heads &q = in->q;
  const int64_t keys = in->k.length;
  const Shape shape = {q.batch, q.heads, q.length, keys};
  const Shape resultShape = {q.batch, q.heads, q.length, in->v.size};
  Expected<TensorValue> tensor = ctx.allocate(ElementType::F64, shape);
  if (!tensor)
    return tensor.takeError();
  Expected<TensorValue> result =
      ctx.allocate(ctx.tensor(0).getElementType(), resultShape);
  if (!result)
    return result.takeError();
  if (tensor->getNumElements() == 0 || result->getNumElements() == 0)
    return ctx.done(std::move(*result));
  if (Error error =
          ctx.countWork({tensor->getNumElements(), q.size + in->v.size}))
    return error;
  std::vector<double> scores(tensor->getNumElements());
  parallelFor(ctx, q.batch * q.heads, [&](int64_t n) {
    const int64_t b = n / q.heads, h = n % q.heads;
    for (int64_t i = 0; i != q.length; ++i)
      for (int64_t j = 0; j != keys; ++j)
        scores[(n * q.length + i) * keys + j] =
            dot(q.row(b, h, i), in->k.row(b, h / in->group, j), q.size) *
            in->scale;
  });
  const ElementType type = ctx.tensor(0).getElementType();
  ElementType precision =
      type == ElementType::F64 ? ElementType::F64 : ElementType::F32;
  if (auto given =
          getElementTypeFromOnnx(ctx.op.getInt("softmax_precision", 0)))
    precision = *given;
  tensor = storeReals(ctx, precision, shape, scores);
  if (!tensor)
    return tensor.takeError();
  if (Error error = modify(ctx, 0, *tensor))
    return error;
  scores = loadReals(*tensor);
  for (size_t at = 0; keys && at < scores.size(); at += keys)
    softmaxOrZero(MutableArrayRef(scores).slice(at, keys));
  tensor = storeReals(ctx, precision, shape, scores);
  if (!tensor)
    return tensor.takeError();
  if (Error error = modify(ctx, 1, *tensor))
    return error;
  scores = loadReals(*tensor);

  const int64_t size = in->v.size;
  std::vector<double> y(q.batch * q.heads * q.length * size, 0);
  parallelFor(ctx, q.batch * q.heads, [&](int64_t n) {
    const int64_t b = n / q.heads, h = n % q.heads;
    for (int64_t i = n * q.length, e = i + q.length; i != e; ++i)
      for (int64_t j = 0; j != keys; ++j)
        for (int64_t c = 0; c != size; ++c)
          y[i * size + c] +=
              scores[i * keys + j] * in->v.row(b, h / in->group, j)[c];
  });
  return ctx.done(storeReals(ctx, type, resultShape, y));
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

Error kernels::rotaryEmbedding(KernelContext &ctx) {
  Expected<Heads> x = loadHeads(ctx, 0, "num_heads");
  if (!x)
    return x.takeError();
  const int64_t given = ctx.op.getInt("rotary_embedding_dim", 0);
  const int64_t rotated = given ? given : x->size;
  const int64_t pairs = rotated / 2;
  if (rotated < 0 || rotated % 2 || rotated > x->size)
    return fail("can't rotate " + Twine(rotated) + " elements of heads of " +
                Twine(x->size));
  if (x->values.empty())
    return ctx.done(ctx.value(0));
  // The caches' row for each instance and position.
  const TensorValue &cache = ctx.tensor(1);
  std::vector<int64_t> rows;
  bool fits = cache.getShape() == ctx.tensor(2).getShape() && cache.getRank() &&
              cache.getShape().back() == pairs;
  if (ctx.has(3)) {
    fits &=
        cache.getRank() == 2 &&
        ctx.tensor(3).getShape() == ArrayRef<int64_t>({x->batch, x->length});
    rows = loadInts(ctx.tensor(3));
  } else {
    fits &= cache.getRank() == 3 && cache.getDim(0) == x->batch &&
            cache.getDim(1) == x->length;
    for (int64_t i = 0; i != x->batch * x->length; ++i)
      rows.push_back(i);
  }
  if (!fits)
    return fail("caches of shapes " + toText(cache.getShape()) + " and " +
                toText(ctx.tensor(2).getShape()) +
                " don't fit the input and its positions");
  if (ctx.has(3))
    for (int64_t &row : rows)
      if (Error error = normalizeIndex(row, cache.getDim(0)))
        return error;
  std::vector<double> cosines = loadReals(cache);
  std::vector<double> sines = loadReals(ctx.tensor(2));
  const bool interleaved = ctx.op.getInt("interleaved", 0);
  for (int64_t b = 0; b != x->batch; ++b)
    for (int64_t h = 0; h != x->heads; ++h)
      for (int64_t i = 0; i != x->length; ++i) {
        double *head = x->row(b, h, i);
        const int64_t row = rows[b * x->length + i];
        for (int64_t p = 0; p != pairs; ++p) {
          double &a = head[interleaved ? 2 * p : p];
          double &c = head[interleaved ? 2 * p + 1 : p + pairs];
          const double cosine = cosines[row * pairs + p];
          const double sine = sines[row * pairs + p];
          const double real = cosine * a - sine * c;
          c = sine * a + cosine * c;
          a = real;
        }
      }
  return ctx.done(storeReals(ctx, ctx.tensor(0).getElementType(),
                             ctx.tensor(0).getShape(), x->values));
}
