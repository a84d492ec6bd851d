//===- MemoryPlanValidator.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemoryPlanner.h"

using namespace llvm;
using namespace onnc;

Error onnc::validatePlan(const MemoryProblem &problem, const MemoryPlan &plan) {
  const std::vector<Buffer> &buffers = problem.buffers;
  if (plan.offsets.size() != buffers.size())
    return createStringError("the plan has " + Twine(plan.offsets.size()) +
                             " offsets for " + Twine(buffers.size()) +
                             " buffers");
  int64_t peak = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    const Buffer &a = buffers[i];
    int64_t begin = plan.offsets[i];
    auto complain = [&](const Twine &what) {
      return createStringError("buffer '" + a.id + "' at offset " +
                               Twine(begin) + " " + what);
    };
    if (begin < 0 || begin > problem.capacity ||
        a.size > problem.capacity - begin)
      return complain("isn't inside the memory of " + Twine(problem.capacity) +
                      " bytes");
    int64_t end = begin + a.size;
    if (begin % a.alignment != 0)
      return complain("isn't aligned to " + Twine(a.alignment));
    if (a.fixedOffset && *a.fixedOffset != begin)
      return complain("is fixed at " + Twine(*a.fixedOffset));
    for (size_t j = 0; j < i; ++j) {
      const Buffer &b = buffers[j];
      int64_t otherBegin = plan.offsets[j], otherEnd = otherBegin + b.size;
      bool apartInTime = a.lifespan.upper <= b.lifespan.lower ||
                         b.lifespan.upper <= a.lifespan.lower;
      bool apartInSpace = end <= otherBegin || otherEnd <= begin;
      if (!apartInTime && !apartInSpace && a.size != 0 && b.size != 0)
        return complain("overlaps buffer '" + b.id + "' at offset " +
                        Twine(otherBegin));
    }
    peak = std::max(peak, end);
  }
  if (plan.peak != peak)
    return createStringError("the plan claims a peak of " + Twine(plan.peak) +
                             " bytes and has " + Twine(peak));
  if (plan.lowerBound > peak)
    return createStringError("the plan's peak of " + Twine(peak) +
                             " bytes is below its lower bound of " +
                             Twine(plan.lowerBound));
  return Error::success();
}
