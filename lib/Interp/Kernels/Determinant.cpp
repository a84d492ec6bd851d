//===- Determinant.cpp ----------------------------------------------------===//
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

/// The determinant of a square matrix, which is left eliminated.
static double eliminate(MutableArrayRef<double> m, int64_t size) {
  double result = 1;
  for (int64_t c = 0; c != size; ++c) {
    int64_t pivot = c;
    for (int64_t r = c + 1; r != size; ++r)
      if (std::fabs(m[r * size + c]) > std::fabs(m[pivot * size + c]))
        pivot = r;
    if (pivot != c) {
      std::swap_ranges(m.begin() + c * size, m.begin() + (c + 1) * size,
                       m.begin() + pivot * size);
      result = -result;
    }
    const double diagonal = m[c * size + c];
    result *= diagonal;
    if (diagonal == 0)
      return 0;
    for (int64_t r = c + 1; r != size; ++r) {
      const double factor = m[r * size + c] / diagonal;
      for (int64_t k = c; k != size; ++k)
        m[r * size + k] -= factor * m[c * size + k];
    }
  }
  return result;
}

Error kernels::det(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  const unsigned rank = x.getRank();
  if (rank < 2 || x.getDim(rank - 1) != x.getDim(rank - 2))
    return fail("matrices of shape " + toText(x.getShape()) + " aren't square");
  const int64_t size = x.getDim(rank - 1);
  const Shape shape(x.getShape().drop_back(2));
  if (auto room = ctx.allocate(ElementType::F64, shape); !room)
    return room.takeError();
  if (Error error = ctx.countWork({x.getNumElements(), size}))
    return error;
  std::vector<double> values = loadReals(x), results;
  for (int64_t i = 0, e = product(shape); i != e; ++i)
    results.push_back(eliminate(
        MutableArrayRef(values).slice(i * size * size, size * size), size));
  return ctx.done(storeReals(ctx, x.getElementType(), shape, results));
}
