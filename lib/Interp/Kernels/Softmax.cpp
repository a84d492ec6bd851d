//===- Softmax.cpp --------------------------------------------------------===//
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

/// Applies fn to every line of elements along "axis", in place.
template <typename Fn> static Error mapLines(KernelContext &ctx, Fn fn) {
  const TensorValue &x = ctx.tensor(0);
  Expected<unsigned> axis = resolveAxis(ctx.op.getInt("axis", -1), x.getRank());
  if (!axis)
    return axis.takeError();
  AxisSplit split = splitAt(x.getShape(), *axis);
  std::vector<double> values = loadReals(x), line(split.size);
  if (!values.empty())
    for (int64_t o = 0; o != split.outer; ++o)
      for (int64_t i = 0; i != split.inner; ++i) {
        double *first = values.data() + o * split.size * split.inner + i;
        for (int64_t j = 0; j != split.size; ++j)
          line[j] = first[j * split.inner];
        fn(MutableArrayRef<double>(line));
        for (int64_t j = 0; j != split.size; ++j)
          first[j * split.inner] = line[j];
      }
  return ctx.done(storeReals(ctx, x.getElementType(), x.getShape(), values));
}

Error kernels::softmax(KernelContext &ctx) {
  return mapLines(ctx, [](MutableArrayRef<double> line) {
    double largest = *std::max_element(line.begin(), line.end()), sum = 0;
    for (double &x : line)
      sum += x = std::exp(x - largest);
    for (double &x : line)
      x /= sum;
  });
}

Error kernels::logSoftmax(KernelContext &ctx) {
  return mapLines(ctx, [](MutableArrayRef<double> line) {
    double largest = *std::max_element(line.begin(), line.end()), sum = 0;
    for (double x : line)
      sum += std::exp(x - largest);
    for (double &x : line)
      x = x - largest - std::log(sum);
  });
}

Error kernels::hardmax(KernelContext &ctx) {
  return mapLines(ctx, [](MutableArrayRef<double> line) {
    auto first = std::max_element(line.begin(), line.end()) - line.begin();
    std::fill(line.begin(), line.end(), 0);
    line[first] = 1;
  });
}

Error kernels::lpNormalization(KernelContext &ctx) {
  int64_t p = ctx.op.getInt("p", 2);
  if (p != 1 && p != 2)
    return fail("p is " + Twine(p) + ", not 1 or 2");
  return mapLines(ctx, [=](MutableArrayRef<double> line) {
    double norm = 0;
    for (double x : line)
      norm += p == 1 ? std::fabs(x) : x * x;
    if (p == 2)
      norm = std::sqrt(norm);
    for (double &x : line)
      x = norm == 0 ? 0 : x / norm;
  });
}
